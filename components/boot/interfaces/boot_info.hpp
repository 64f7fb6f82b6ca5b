// What the machine's own device tree says that may differ without a rebuild: memory, CPUs, command line, initrd, firmware.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::boot {

struct ReservedRegion {
    PhysRange range;
    bool no_map = false;  // must not be mapped at all (Devicetree Specification 0.4, 3.5.4)
};

enum class CpuStart : std::uint8_t { unknown, psci };

struct BootCpu {
    std::uint64_t mpidr = 0;  // the affinity fields
    CpuStart start = CpuStart::unknown;

    constexpr bool operator==(const BootCpu&) const = default;
};

enum class PsciConduit : std::uint8_t { none, hvc, smc };

// Ready after the provider's init; constant from then on. Any context.
//   memory        RAM, ascending, not overlapping; never empty
//   reserved      what must not be handed out: the tree itself, /reserved-memory, the memreserve block, the initrd
//   cpu_count     enabled /cpus/cpu@* nodes, at least 1
//   cpus          those of them, in the tree's order, whose affinity it says; if there are very many, the first
//   bootargs      /chosen bootargs, "" if absent
//   initrd        inside memory, or empty
//   random_seed   /chosen rng-seed, bytes that nobody else knows; empty if absent
template <class T>
concept BootInfo = requires(const T& info) {
    { info.memory() } -> std::same_as<std::span<const PhysRange>>;
    { info.reserved() } -> std::same_as<std::span<const ReservedRegion>>;
    { info.cpu_count() } -> std::same_as<std::uint32_t>;
    { info.cpus() } -> std::same_as<std::span<const BootCpu>>;
    { info.bootargs() } -> std::same_as<std::string_view>;
    { info.initrd() } -> std::same_as<PhysRange>;
    { info.random_seed() } -> std::same_as<std::span<const std::byte>>;
    { info.psci_conduit() } -> std::same_as<PsciConduit>;
};

}  // namespace phx::boot
