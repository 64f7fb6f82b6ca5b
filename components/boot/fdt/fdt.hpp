// The boot-time device tree as BootInfo.
#pragma once

#include <base/result.hpp>

#include "tree_scan.hpp"

namespace phx::boot {

class Fdt {
public:
    // What a tree is read against.
    struct Source {
        std::span<const std::byte> window;  // starts at the tree; empty: there is none
        PhysAddr address;
        PhysRange image;
        std::span<const DeviceClaim> claims;
        PhysAddr memory_base;
    };

    constexpr Fdt() = default;

    // Boot context. Each error is a line in the log and an Errno: ENODEV no tree or not the graph's machine, EINVAL a
    // tree that is no tree, ENOMEM no memory or too little, EFAULT an initrd outside of memory, E2BIG more ranges than
    // are kept.
    Result<void> init();
    // What init() does, on a tree from anywhere.
    Result<void> read(const Source& source);

    // BootInfo
    [[nodiscard]] std::span<const PhysRange> memory() const { return facts_.memory.view(); }
    [[nodiscard]] std::span<const ReservedRegion> reserved() const { return facts_.reserved.view(); }
    [[nodiscard]] std::uint32_t cpu_count() const { return facts_.cpu_count; }
    [[nodiscard]] std::span<const BootCpu> cpus() const { return facts_.cpus.view(); }
    [[nodiscard]] std::string_view bootargs() const { return facts_.bootargs; }
    [[nodiscard]] std::span<const std::byte> random_seed() const { return facts_.random_seed; }
    [[nodiscard]] PhysRange initrd() const { return facts_.initrd; }
    [[nodiscard]] PsciConduit psci_conduit() const { return facts_.psci_conduit; }

private:
    Result<void> check(const Source& source);
    [[nodiscard]] bool lies_in_memory(std::string_view what, PhysRange range) const;

    TreeFacts facts_;
};

}  // namespace phx::boot
