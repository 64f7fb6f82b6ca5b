#pragma once

#include <boot/interfaces/application.hpp>

namespace phx::boot::archetype {

struct Application {
    int run() { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
