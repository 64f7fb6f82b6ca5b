#pragma once

#include <boot/interfaces/kernel_entry.hpp>

namespace phx::boot::archetype {

struct KernelEntry {
    [[noreturn]] void start() { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
