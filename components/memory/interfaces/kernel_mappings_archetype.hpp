#pragma once

#include <memory/interfaces/kernel_mappings.hpp>

namespace phx::memory::archetype {

struct KernelMappings {
    Result<void> map(VirtAddr, PhysAddr) { __builtin_trap(); }
    PhysAddr unmap(VirtAddr) { __builtin_trap(); }
};

}  // namespace phx::memory::archetype
