// The kernel's address space, built once RAM is known.
#pragma once

#include <cstddef>

#include <base/result.hpp>
#include <base/types.hpp>
#include <locks/mmu.hpp>
#include <sync/spinlock.hpp>

namespace phx::arch {

class Mmu {
public:
    constexpr Mmu() = default;

    // Boot context. Builds the final map and switches to it; the low half is gone afterwards. ENOMEM: no pages for tables within the early
    // map; EEXIST: memory, windows or the device tree overlap.
    Result<void> init();
    // Comes to the final map by SecondaryEntry; closes the low half, in which it began.
    Result<void> init_cpu();

    // KernelMap
    [[nodiscard]] std::byte* to_virtual(PhysAddr physical) const;
    [[nodiscard]] PhysAddr to_physical(const void* pointer) const;

    // KernelMappings
    Result<void> map(VirtAddr virt, PhysAddr phys);
    PhysAddr unmap(VirtAddr virt);

private:
    Result<void> map_memory(class EarlyTables& tables, PhysAddr root);
    Result<void> map_image(class EarlyTables& tables, PhysAddr root);
    Result<void> map_devices(class EarlyTables& tables, PhysAddr root);

    PhysAddr empty_table_;
    SpinLock lock_{locks::mmu::tables};  // of the tables, once other CPUs run
};

}  // namespace phx::arch
