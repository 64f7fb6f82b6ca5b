#include "boot.hpp"

#include <array>

#include <arch/image.hpp>
#include <base/panic.hpp>
#include <ports/boot.hpp>
#include <types/cpu_model.hpp>

// start.S
extern "C" const char phx_secondary_start[];
extern "C" constinit std::array<phx::boot::SecondaryStart, phx::types::CpuModel::max_cpus> phx_secondary_starts{};
static_assert(sizeof(phx::boot::SecondaryStart) == 32 && offsetof(phx::boot::SecondaryStart, head) == 8);

namespace phx::arch {

// start.S maps the two 2 MiB blocks from the one that holds the tree's first byte; the boot protocol caps a tree at 2 MiB and aligns it to
// 8 bytes (Linux Documentation/arch/arm64/booting.rst, 2).
constexpr std::uint64_t k_block = 2 * MiB;

std::span<const std::byte> Boot::device_tree() const {
    if (device_tree_ == PhysAddr{} || !device_tree_.is_aligned(8)) {
        return {};
    }
    const std::uint64_t offset = device_tree_ - device_tree_.aligned_down(k_block);
    const auto* base = reinterpret_cast<const std::byte*>(k_device_tree_base.value());
    return {base + offset, 2 * k_block - offset};
}

PhysRange Boot::image() const {
    return {image_base_, address_of(__kernel_end) - address_of(__image_start)};
}

void Boot::enter(PhysAddr device_tree, unsigned entry_level, PhysAddr image_base) {
    set_current(&head_);
    device_tree_ = device_tree;
    entry_level_ = entry_level;
    image_base_ = image_base;
    ports::boot::traps().install();
    if (entry_level > 2) {
        panic("started at EL3: the loader must enter the kernel at EL2 or EL1");
    }
    if (image_base != ports::boot::devices().memory_base() + k_text_offset) {
        panic("loaded at the wrong address: RAM of this machine starts elsewhere than in the graph's device tree");
    }
    ports::boot::kernel().start();
}

boot::EntryPoint Boot::prepare(unsigned cpu, const boot::SecondaryStart& start) {
    phx_secondary_starts[cpu] = start;
    std::uint64_t root;
    asm volatile("mrs %0, ttbr1_el1" : "=r"(root));
    const std::uint64_t offset = address_of(phx_secondary_start) - image_start();
    return {image_base_ + offset, (root & 0x0000'ffff'ffff'f000) | cpu};
}

}  // namespace phx::arch

// From start.S, on the boot stack with the early map.
extern "C" [[noreturn, gnu::used]] void phx_boot_entry(std::uint64_t device_tree, std::uint64_t entry_level, std::uint64_t image_base) {
    phx::ports::boot::self().enter(phx::PhysAddr{device_tree}, static_cast<unsigned>(entry_level), phx::PhysAddr{image_base});
}
// From start.S, on the CPU's own stack, in the final map.
extern "C" [[noreturn, gnu::used]] void phx_secondary_entry(const phx::boot::SecondaryStart* start) {
    phx::ports::boot::traps().install();
    start->entry(start->argument);
    phx::panic("a CPU ran on after its end");
}
