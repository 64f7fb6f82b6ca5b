// Where the linker put the image (aarch64/boot/link.ld) and the fixed places of the kernel's half.
#pragma once

#include <cstdint>
#include <span>

#include <base/types.hpp>

extern "C" {
extern const char __image_start[];
extern const char __text_end[];
extern const char __rodata_start[];
extern const char __rodata_end[];
extern const char __data_start[];
extern const char __stack_guard[];
extern const char __stack_bottom[];
extern const char __stack_top[];
extern const char __kernel_end[];
extern const std::uint32_t __phx_symbols_start[];
extern const std::uint32_t __phx_symbols_end[];
}

namespace phx::arch {

inline constexpr VirtAddr k_linear_base{0xffff'ff80'0000'0000};
inline constexpr VirtAddr k_window_base{0xffff'ffc0'0000'0000};
inline constexpr VirtAddr k_mapping_base{0xffff'ffe0'0000'0000};  // pages mapped one by one: stacks
inline constexpr VirtAddr k_device_tree_base{0xffff'ffff'0000'0000};
inline constexpr std::uint64_t k_text_offset = 0x80000;

struct VirtRange {
    VirtAddr begin;
    VirtAddr end;

    [[nodiscard]] constexpr bool contains(VirtAddr a) const { return a >= begin && a < end; }
};

[[nodiscard]] inline VirtAddr address_of(const char* symbol) {
    return VirtAddr{reinterpret_cast<std::uintptr_t>(symbol)};
}
[[nodiscard]] inline VirtAddr image_start() { return address_of(__image_start); }
[[nodiscard]] inline VirtRange text_range() { return {address_of(__image_start), address_of(__text_end)}; }
[[nodiscard]] inline VirtRange boot_stack() { return {address_of(__stack_bottom), address_of(__stack_top)}; }
[[nodiscard]] inline std::span<const std::uint32_t> symbol_blob() { return {__phx_symbols_start, __phx_symbols_end}; }

}  // namespace phx::arch
