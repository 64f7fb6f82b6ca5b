#pragma once

#include <boot/interfaces/boot_info.hpp>

namespace phx::boot::archetype {

struct BootInfo {
    [[nodiscard]] std::span<const PhysRange> memory() const { __builtin_trap(); }
    [[nodiscard]] std::span<const ReservedRegion> reserved() const { __builtin_trap(); }
    [[nodiscard]] std::uint32_t cpu_count() const { __builtin_trap(); }
    [[nodiscard]] std::span<const BootCpu> cpus() const { __builtin_trap(); }
    [[nodiscard]] std::string_view bootargs() const { __builtin_trap(); }
    [[nodiscard]] std::span<const std::byte> random_seed() const { __builtin_trap(); }
    [[nodiscard]] PhysRange initrd() const { __builtin_trap(); }
    [[nodiscard]] PsciConduit psci_conduit() const { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
