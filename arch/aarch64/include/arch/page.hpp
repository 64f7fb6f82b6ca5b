// Whole pages: clearing, copying, making code of them. The kernel's own addresses, page aligned.
#pragma once

#include <cstddef>
#include <cstdint>

#include <base/types.hpp>

namespace phx::arch {

// DC ZVA clears a block of DCZID_EL0.BS words at a time (Arm ARM DDI 0487, D17.2.34); where it must not be used (DZP), stores do.
inline void clear_page(void* page) {
    std::uint64_t id;
    asm("mrs %0, dczid_el0" : "=r"(id));
    auto* at = static_cast<std::byte*>(page);
    std::byte* const end = at + k_page_size;
    if (id == 4) [[likely]] {  // 64 bytes
        asm volatile(
            "1:\n\t"
            "dc zva, %0\n\tadd x9, %0, #64\n\tdc zva, x9\n\tadd x9, %0, #128\n\tdc zva, x9\n\tadd x9, %0, #192\n\tdc zva, x9\n\t"
            "add %0, %0, #256\n\tcmp %0, %1\n\tb.ne 1b"
            : "+r"(at)
            : "r"(end)
            : "x9", "cc", "memory");
        return;
    }
    const std::size_t block = std::size_t{4} << (id & 0xf);
    if ((id & 0x10) == 0 && block <= k_page_size) {
        for (; at != end; at += block) {
            asm volatile("dc zva, %0" : : "r"(at) : "memory");
        }
        return;
    }
    asm volatile("1:\n\tstp xzr, xzr, [%0], #16\n\tcmp %0, %1\n\tb.ne 1b" : "+r"(at) : "r"(end) : "cc", "memory");
}

// 128 bytes at a time, all loads of a step before its stores.
inline void copy_page(void* to, const void* from) {
    auto* at = static_cast<std::byte*>(to);
    const auto* source = static_cast<const std::byte*>(from);
    std::byte* const end = at + k_page_size;
    asm volatile(
        "1:\n\t"
        "ldp x3, x4, [%1]\n\tldp x5, x6, [%1, #16]\n\tldp x7, x8, [%1, #32]\n\tldp x9, x10, [%1, #48]\n\t"
        "ldp x11, x12, [%1, #64]\n\tldp x13, x14, [%1, #80]\n\tldp x15, x16, [%1, #96]\n\tldp x17, x19, [%1, #112]\n\t"
        "add %1, %1, #128\n\t"
        "stp x3, x4, [%0]\n\tstp x5, x6, [%0, #16]\n\tstp x7, x8, [%0, #32]\n\tstp x9, x10, [%0, #48]\n\t"
        "stp x11, x12, [%0, #64]\n\tstp x13, x14, [%0, #80]\n\tstp x15, x16, [%0, #96]\n\tstp x17, x19, [%0, #112]\n\t"
        "add %0, %0, #128\n\tcmp %0, %2\n\tb.ne 1b"
        : "+r"(at), "+r"(source)
        : "r"(end)
        : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x19", "cc", "memory");
}

// What was written to the page is what all CPUs execute there, by whatever address (Arm ARM DDI 0487, B2.7.4.2). CTR_EL0 says what of that the hardware
// does itself.
inline void sync_instructions(const void* page) {
    std::uint64_t type;
    asm("mrs %0, ctr_el0" : "=r"(type));
    const bool data_is_clean = (type >> 28 & 1) != 0;         // IDC
    const bool instructions_follow = (type >> 29 & 1) != 0;   // DIC
    if (!data_is_clean) {
        const std::size_t line = std::size_t{4} << (type >> 16 & 0xf);  // DminLine
        const auto* at = static_cast<const std::byte*>(page);
        const std::byte* const end = at + k_page_size;
        for (; at < end; at += line) {
            asm volatile("dc cvau, %0" : : "r"(at) : "memory");
        }
    }
    asm volatile("dsb ish" : : : "memory");
    if (!instructions_follow) {
        asm volatile("ic ialluis\n\tdsb ish" : : : "memory");
    }
    asm volatile("isb" : : : "memory");
}

}  // namespace phx::arch
