#pragma once

#include <task/interfaces/user_entry.hpp>

namespace phx::task::archetype {

struct UserEntry {
    const char* vectors() { __builtin_trap(); }
    bool on_kernel_fault(const KernelFault&) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
