#pragma once

#include <memory/interfaces/boot_allocator.hpp>

namespace phx::memory::archetype {

struct BootAllocator {
    Result<PhysAddr> allocate(std::size_t, std::size_t) { __builtin_trap(); }
    std::span<const PhysRange> hand_over() { __builtin_trap(); }
    [[nodiscard]] std::uint64_t total() const { __builtin_trap(); }
};

}  // namespace phx::memory::archetype
