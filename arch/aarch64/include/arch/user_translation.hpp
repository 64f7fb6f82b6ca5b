// The programs' half of the address space: TTBR0_EL1, and what this CPU remembers of it (Arm ARM DDI 0487, D8.13, D8.14, D17.2.131, D17.2.144).
#pragma once

#include <cstdint>

#include <base/types.hpp>
#include <base/user.hpp>

namespace phx::arch {

// 8 or 16 (ID_AA64MMFR0_EL1.ASIDBits).
[[nodiscard]] inline unsigned asid_bits() {
    std::uint64_t features;
    asm("mrs %0, id_aa64mmfr0_el1" : "=r"(features));
    return (features >> 4 & 0xf) == 2 ? 16 : 8;
}

[[nodiscard]] inline PhysAddr user_root() {
    std::uint64_t ttbr;
    asm volatile("mrs %0, ttbr0_el1" : "=r"(ttbr));
    return PhysAddr{ttbr & 0x0000'ffff'ffff'f000};
}

// From here on the CPU walks tables for addresses of so many bits; TTBR0 leads to an empty one. A program's page may be writable and executable, as
// its owner wishes, which SCTLR_EL1.WXN would not let it be; that the kernel's are not, and that it executes none of a program's, their descriptors say.
inline void open_user_half(unsigned address_bits) {
    std::uint64_t tcr;
    std::uint64_t sctlr;
    asm volatile("mrs %0, tcr_el1\n\tmrs %1, sctlr_el1" : "=r"(tcr), "=r"(sctlr));
    tcr &= ~(std::uint64_t{1} << 7 | 0x3f);  // EPD0, T0SZ
    tcr |= 64 - address_bits | std::uint64_t{1} << 37;  // TBI0: the top byte is the program's (Linux Documentation/arm64/tagged-pointers.rst)
    sctlr &= ~(std::uint64_t{1} << 19);  // WXN
    asm volatile("msr tcr_el1, %0\n\tmsr sctlr_el1, %1\n\tisb\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" : : "r"(tcr), "r"(sctlr) : "memory");
}

// The stores to tables so far are seen by walks that begin after this, on every CPU.
inline void publish_translations() { asm volatile("dsb ishst" : : : "memory"); }
// What was stored before this is seen before what this CPU loads or walks after it.
inline void order_translations() { asm volatile("dsb ish" : : : "memory"); }

// Programs' accesses on this CPU go through `root`.
inline void set_user_table(PhysAddr root, std::uint64_t asid) {
    asm volatile("msr ttbr0_el1, %0\n\tisb" : : "r"(root.value() | asid << 48) : "memory");
}

// Drops what this CPU (`own`) or all CPUs know of translations under an ASID. finish_invalidation waits for that.
inline void invalidate_user_page(std::uint64_t asid, UserAddr at, bool own) {
    const std::uint64_t what = asid << 48 | (at.value() >> k_page_shift & 0xfff'ffff'ffff);
    if (own) {
        asm volatile("tlbi vale1, %0" : : "r"(what) : "memory");
    } else {
        asm volatile("tlbi vale1is, %0" : : "r"(what) : "memory");
    }
}
// The table that leads there, too.
inline void invalidate_user_table(std::uint64_t asid, UserAddr at, bool own) {
    const std::uint64_t what = asid << 48 | (at.value() >> k_page_shift & 0xfff'ffff'ffff);
    if (own) {
        asm volatile("tlbi vae1, %0" : : "r"(what) : "memory");
    } else {
        asm volatile("tlbi vae1is, %0" : : "r"(what) : "memory");
    }
}
inline void invalidate_user(std::uint64_t asid, bool own) {
    if (own) {
        asm volatile("tlbi aside1, %0" : : "r"(asid << 48) : "memory");
    } else {
        asm volatile("tlbi aside1is, %0" : : "r"(asid << 48) : "memory");
    }
}
inline void finish_invalidation(bool own) {
    if (own) {
        asm volatile("dsb nsh" : : : "memory");
    } else {
        asm volatile("dsb ish" : : : "memory");
    }
}
// This CPU forgets all programs' translations.
inline void invalidate_all_users() { asm volatile("dsb nshst\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory"); }

}  // namespace phx::arch
