#pragma once

#include <boot/interfaces/boot_handoff.hpp>

namespace phx::boot::archetype {

struct BootHandoff {
    [[nodiscard]] std::span<const std::byte> device_tree() const { __builtin_trap(); }
    [[nodiscard]] PhysAddr device_tree_address() const { __builtin_trap(); }
    [[nodiscard]] PhysRange image() const { __builtin_trap(); }
    [[nodiscard]] unsigned entry_level() const { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
