#include "page_table.hpp"

#include <algorithm>

#include <base/panic.hpp>

namespace phx::arch {
namespace {

struct Level {
    unsigned shift;
    bool leaf;  // level 3: descriptors are pages
};
constexpr Level k_levels[] = {{30, false}, {21, false}, {12, true}};

[[nodiscard]] std::size_t index_of(VirtAddr virt, const Level& level) { return (virt.value() >> level.shift) & (k_table_entries - 1); }

// The largest level whose block fits here.
[[nodiscard]] unsigned level_for(VirtAddr virt, PhysAddr phys, std::uint64_t size) {
    for (unsigned i = 0; i < 2; ++i) {
        const std::uint64_t block = std::uint64_t{1} << k_levels[i].shift;
        if (size >= block && virt.is_aligned(block) && phys.is_aligned(block)) {
            return i;
        }
    }
    return 2;
}

// The table of level `target` that translates `virt`, made on the way where it is missing.
Result<PageTable*> table_for(TableMemory& memory, PhysAddr root, VirtAddr virt, unsigned target) {
    PageTable* table = memory.reach(root);
    for (unsigned i = 0; i < target; ++i) {
        std::uint64_t& entry = table->entry[index_of(virt, k_levels[i])];
        if (entry == 0) {
            const PhysAddr next = TRY(memory.allocate());
            entry = next.value() | descriptor::table;
        } else if ((entry & descriptor::table) != descriptor::table) {
            return Errno::exist;
        }
        table = memory.reach(PhysAddr{entry & descriptor::address_mask});
    }
    return table;
}

}  // namespace

Result<void> map_range(TableMemory& memory, PhysAddr root, VirtAddr virt, PhysAddr phys, std::uint64_t size, Rights rights) {
    while (size > 0) {
        const unsigned at = level_for(virt, phys, size);
        const Level& level = k_levels[at];
        const std::uint64_t block = std::uint64_t{1} << level.shift;
        PageTable* table = TRY(table_for(memory, root, virt, at));
        const std::uint64_t type = level.leaf ? descriptor::page : descriptor::valid;
        std::uint64_t bits = phys.value() | static_cast<std::uint64_t>(rights) | type;
        // As many as this table holds.
        std::size_t index = index_of(virt, level);
        const std::size_t count = std::min<std::uint64_t>(size >> level.shift, k_table_entries - index);
        for (const std::size_t end = index + count; index < end; ++index, bits += block) {
            if (table->entry[index] != 0 && table->entry[index] != bits) {
                return Errno::exist;
            }
            table->entry[index] = bits;
        }
        virt += count << level.shift;
        phys += count << level.shift;
        size -= count << level.shift;
    }
    return {};
}

PhysAddr unmap_page(TableMemory& memory, PhysAddr root, VirtAddr virt) {
    const Result<PageTable*> table = table_for(memory, root, virt, 2);
    ASSERT(table);
    std::uint64_t& entry = (*table)->entry[index_of(virt, k_levels[2])];
    ASSERT((entry & descriptor::page) == descriptor::page);
    const PhysAddr phys{entry & descriptor::address_mask};
    entry = 0;
    return phys;
}

}  // namespace phx::arch
