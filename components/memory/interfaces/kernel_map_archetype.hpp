#pragma once

#include <memory/interfaces/kernel_map.hpp>

namespace phx::memory::archetype {

struct KernelMap {
    [[nodiscard]] std::byte* to_virtual(PhysAddr) const { __builtin_trap(); }
    [[nodiscard]] PhysAddr to_physical(const void*) const { __builtin_trap(); }
};

}  // namespace phx::memory::archetype
