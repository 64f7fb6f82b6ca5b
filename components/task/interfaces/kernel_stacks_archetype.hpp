#pragma once

#include <task/interfaces/kernel_stacks.hpp>

namespace phx::task::archetype {

struct KernelStacks {
    Result<KernelStack> allocate() { __builtin_trap(); }
    void free(const KernelStack&) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
