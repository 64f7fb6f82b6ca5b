// The image of a host test: nothing but what the test puts in.
#pragma once

#include <cstdint>
#include <span>

#include <base/types.hpp>

namespace phx::arch {

inline constexpr VirtAddr k_linear_base{0xffff'ff80'0000'0000};
inline constexpr VirtAddr k_window_base{0xffff'ffc0'0000'0000};
inline constexpr VirtAddr k_mapping_base{0xffff'ffe0'0000'0000};
inline constexpr VirtAddr k_device_tree_base{0xffff'ffff'0000'0000};
inline constexpr std::uint64_t k_text_offset = 0x80000;

struct VirtRange {
    VirtAddr begin;
    VirtAddr end;

    [[nodiscard]] constexpr bool contains(VirtAddr a) const { return a >= begin && a < end; }
};

namespace host {
inline std::span<const std::uint32_t> symbol_blob;
inline VirtRange text{k_linear_base + k_text_offset, k_linear_base + k_text_offset + 0x10000};
inline VirtRange stack;
}  // namespace host

[[nodiscard]] inline VirtAddr image_start() { return host::text.begin; }
[[nodiscard]] inline VirtRange text_range() { return host::text; }
[[nodiscard]] inline VirtRange boot_stack() { return host::stack; }
[[nodiscard]] inline std::span<const std::uint32_t> symbol_blob() { return host::symbol_blob; }

}  // namespace phx::arch
