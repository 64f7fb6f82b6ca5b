// The kernel's address space, built once RAM is known.
#pragma once

#include <cstddef>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::arch {

class Mmu {
public:
    constexpr Mmu() = default;

    // Boot context. Builds the final map and switches to it; the low half is gone afterwards. ENOMEM: no pages for tables within the early
    // map; EEXIST: memory, windows or the device tree overlap.
    Result<void> init();

    // KernelMap
    [[nodiscard]] std::byte* to_virtual(PhysAddr physical) const;
    [[nodiscard]] PhysAddr to_physical(const void* pointer) const;

private:
    Result<void> map_memory(class EarlyTables& tables, PhysAddr root);
    Result<void> map_image(class EarlyTables& tables, PhysAddr root);
    Result<void> map_devices(class EarlyTables& tables, PhysAddr root);
};

}  // namespace phx::arch
