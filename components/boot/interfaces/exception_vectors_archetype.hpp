#pragma once

#include <boot/interfaces/exception_vectors.hpp>

namespace phx::boot::archetype {

struct ExceptionVectors {
    void install() { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
