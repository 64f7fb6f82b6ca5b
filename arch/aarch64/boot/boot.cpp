#include "boot.hpp"

#include <arch/image.hpp>
#include <base/panic.hpp>
#include <ports/boot.hpp>

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

}  // namespace phx::arch

// From start.S, on the boot stack with the early map.
extern "C" [[noreturn, gnu::used]] void phx_boot_entry(std::uint64_t device_tree, std::uint64_t entry_level, std::uint64_t image_base) {
    phx::ports::boot::self().enter(phx::PhysAddr{device_tree}, static_cast<unsigned>(entry_level), phx::PhysAddr{image_base});
}
