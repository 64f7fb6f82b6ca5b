#include "mmu.hpp"

#include <cstring>

#include <arch/image.hpp>
#include <base/panic.hpp>
#include <ports/mmu.hpp>

#include "page_table.hpp"

extern "C" void phx_replace_kernel_map(std::uint64_t new_l1, std::uint64_t empty_l1, std::uint64_t self);
extern "C" void phx_close_low_map(std::uint64_t, std::uint64_t empty_l1);

namespace phx::arch {
namespace {

[[nodiscard]] PhysAddr ram_base() { return ports::mmu::devices().memory_base(); }
[[nodiscard]] VirtAddr linear(PhysAddr physical) { return k_linear_base + (physical - ram_base()); }
[[nodiscard]] PhysAddr image_address(const char* symbol) { return ram_base() + (address_of(symbol) - k_linear_base); }

// The linear map ends where the register windows begin.
constexpr std::uint64_t k_linear_size = k_window_base - k_linear_base;

}  // namespace

// Tables from the boot allocator, reached through the early map: so only what it covers will do, the 2 MiB blocks of the image.
class EarlyTables final : public TableMemory {
public:
    Result<PhysAddr> allocate() override {
        const PhysAddr page = TRY(ports::mmu::boot_allocator().allocate(k_page_size, k_page_size));
        const PhysAddr mapped_end = image_address(__kernel_end).aligned_up(k_l2_size);
        if (page + k_page_size > mapped_end) {
            ports::mmu::log().error("no memory for page tables below {:#x}, where the early map ends", mapped_end);
            return Errno::nomem;
        }
        std::memset(reach(page), 0, k_page_size);
        ++count;
        return page;
    }
    PageTable* reach(PhysAddr table) override { return reinterpret_cast<PageTable*>(linear(table).value()); }

    unsigned count = 0;
};

namespace {

// Tables of the running map, from the page allocator.
class LaterTables final : public TableMemory {
public:
    Result<PhysAddr> allocate() override {
        auto* pages = ports::mmu::pages();
        if (pages == nullptr) {
            return Errno::nomem;
        }
        const Frame frame = TRY(pages->allocate(0));
        std::memset(reach(frame.address()), 0, k_page_size);
        return frame.address();
    }
    PageTable* reach(PhysAddr table) override { return reinterpret_cast<PageTable*>(linear(table).value()); }
};

[[nodiscard]] PhysAddr running_root() {
    std::uint64_t ttbr;
    asm volatile("mrs %0, ttbr1_el1" : "=r"(ttbr));
    return PhysAddr{ttbr & descriptor::address_mask};
}

}  // namespace

// What the linear map leaves out next from `at` on: the image, which has rights of its own, or a region that must not be mapped. The empty
// range at `limit` if there is nothing more before it.
static PhysRange next_hole(PhysAddr at, PhysAddr limit) {
    PhysRange next{limit, 0};
    auto consider = [&](PhysRange region) {
        const PhysAddr begin = region.base.aligned_down(k_page_size);
        const PhysAddr end = region.end().aligned_up(k_page_size);
        if (end > at && begin < next.base) {
            next = {begin, end - begin};
        }
    };
    consider({image_address(__image_start), static_cast<std::uint64_t>(__kernel_end - __image_start)});
    for (const boot::ReservedRegion& region : ports::mmu::boot_info().reserved()) {
        if (region.no_map) {
            consider(region.range);
        }
    }
    return next;
}

std::byte* Mmu::to_virtual(PhysAddr physical) const { return reinterpret_cast<std::byte*>(linear(physical).value()); }

PhysAddr Mmu::to_physical(const void* pointer) const {
    const VirtAddr virt{reinterpret_cast<std::uintptr_t>(pointer)};
    ASSERT(virt >= k_linear_base && virt < k_window_base);
    return ram_base() + (virt - k_linear_base);
}

Result<void> Mmu::map_memory(EarlyTables& tables, PhysAddr root) {
    for (const PhysRange& memory : ports::mmu::boot_info().memory()) {
        PhysAddr at = memory.base.aligned_up(k_page_size);
        const PhysAddr end = memory.end().aligned_down(k_page_size);
        if (at < ram_base() || end - ram_base() > k_linear_size) {
            ports::mmu::log().error("memory {:#x}-{:#x} lies outside the linear map", memory.base, memory.end());
            return Errno::range;
        }
        while (at < end) {
            const PhysRange hole = next_hole(at, end);
            if (at < hole.base) {
                TRY(map_range(tables, root, linear(at), at, hole.base - at, k_read_write));
            }
            at = hole.end();
        }
    }
    return {};
}

Result<void> Mmu::map_image(EarlyTables& tables, PhysAddr root) {
    struct Part {
        const char* begin;
        const char* end;
        Rights rights;
    };
    static constexpr Part parts[] = {
        {__image_start, __text_end, k_text},
        {__rodata_start, __rodata_end, k_read_only},
        {__data_start, __stack_guard, k_read_write},
        {__stack_bottom, __kernel_end, k_read_write},
    };
    for (const Part& part : parts) {
        TRY(map_range(tables, root, address_of(part.begin), image_address(part.begin), static_cast<std::uint64_t>(part.end - part.begin),
                      part.rights));
    }
    return {};
}

Result<void> Mmu::map_devices(EarlyTables& tables, PhysAddr root) {
    for (const boot::DeviceWindow& device : ports::mmu::devices().windows()) {
        const VirtAddr virt = device.window.virt.aligned_down(k_page_size);
        const PhysAddr phys = device.window.phys.aligned_down(k_page_size);
        const std::uint64_t size = (device.window.virt + device.window.size).aligned_up(k_page_size) - virt;
        TRY(map_range(tables, root, virt, phys, size, k_device));
    }
    const PhysAddr tree = ports::mmu::handoff().device_tree_address().aligned_down(k_l2_size);
    return map_range(tables, root, k_device_tree_base, tree, 2 * k_l2_size, k_read_only);
}

Result<void> Mmu::init() {
    EarlyTables tables;
    const PhysAddr root = TRY(tables.allocate());
    empty_table_ = TRY(tables.allocate());
    TRY(map_image(tables, root));
    TRY(map_memory(tables, root));
    TRY(map_devices(tables, root));
    const VirtAddr switcher{reinterpret_cast<std::uintptr_t>(&phx_replace_kernel_map)};
    phx_replace_kernel_map(root.value(), empty_table_.value(), (ram_base() + (switcher - k_linear_base)).value());
    ports::mmu::log().debug("final map: {} tables", tables.count);
    return {};
}

Result<void> Mmu::init_cpu() {
    phx_close_low_map(0, empty_table_.value());
    return {};
}

// A new translation needs no invalidation, but must be seen by the walker before it is used (Arm ARM DDI 0487, D8.16).
Result<void> Mmu::map(VirtAddr virt, PhysAddr phys) {
    ASSERT(virt >= k_mapping_base && virt < k_device_tree_base);
    LaterTables tables;
    const SpinGuard guard{lock_};
    TRY(map_range(tables, running_root(), virt, phys, k_page_size, k_read_write));
    asm volatile("dsb ishst\n\tisb" : : : "memory");
    return {};
}

// The invalidation is broadcast to all CPUs (Arm ARM DDI 0487, D8.14).
PhysAddr Mmu::unmap(VirtAddr virt) {
    LaterTables tables;
    const SpinGuard guard{lock_};
    const PhysAddr phys = unmap_page(tables, running_root(), virt);
    asm volatile("dsb ishst\n\ttlbi vaae1is, %0\n\tdsb ish\n\tisb" : : "r"(virt.value() >> k_page_shift & 0xfff'ffff'ffff) : "memory");
    return phys;
}

}  // namespace phx::arch
