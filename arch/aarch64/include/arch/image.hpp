// Where the linker put the image (arch/aarch64/boot/link.ld) and the fixed places of the kernel's half.
#pragma once

#include <cstdint>

#include <base/types.hpp>

namespace phx::arch {

inline constexpr VirtAddr k_linear_base{0xffff'ff80'0000'0000};
inline constexpr VirtAddr k_window_base{0xffff'ffc0'0000'0000};
inline constexpr VirtAddr k_device_tree_base{0xffff'ffff'0000'0000};

extern "C" {
extern const char _start[];
extern const char __text_end[];
extern const char __rodata_start[];
extern const char __rodata_end[];
extern const char __data_start[];
extern const char __image_end[];       // the end of what the Image file holds
extern const char __bss_end[];
extern const char __stack_guard[];     // one page, unmapped in the final map
extern const char __stack_bottom[];
extern const char __stack_top[];
extern const char __kernel_end[];      // the end of all that the image occupies, page aligned
extern const std::uint32_t __phx_symbols_start[];
extern const std::uint32_t __phx_symbols_end[];
}

[[nodiscard]] inline VirtAddr address_of(const char* symbol) {
    return VirtAddr{reinterpret_cast<std::uintptr_t>(symbol)};
}

}  // namespace phx::arch
