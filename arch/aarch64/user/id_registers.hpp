// What the identification registers (Arm ARM DDI 0487, D17.2) say that concerns programs, and AT_HWCAP made of it as Linux does
// (Documentation/arm64/elf_hwcaps.rst, cpu-feature-registers.rst). What has state that is not kept for programs is not told: SVE, SME, pointer
// authentication, memory tags, branch targets.
#pragma once

#include <cstdint>

#include <asm/hwcap.h>

namespace phx::arch {

struct IdRegisters {
    std::uint64_t pfr0 = 0, pfr1 = 0;
    std::uint64_t dfr0 = 0;
    std::uint64_t isar0 = 0, isar1 = 0, isar2 = 0;
    std::uint64_t mmfr0 = 0, mmfr1 = 0, mmfr2 = 0;
};

[[nodiscard]] inline IdRegisters read_id_registers() {
    IdRegisters id;
    asm("mrs %0, id_aa64pfr0_el1" : "=r"(id.pfr0));
    asm("mrs %0, id_aa64pfr1_el1" : "=r"(id.pfr1));
    asm("mrs %0, id_aa64dfr0_el1" : "=r"(id.dfr0));
    asm("mrs %0, id_aa64isar0_el1" : "=r"(id.isar0));
    asm("mrs %0, id_aa64isar1_el1" : "=r"(id.isar1));
    asm("mrs %0, s3_0_c0_c6_2" : "=r"(id.isar2));  // ID_AA64ISAR2_EL1, 0 where it is unknown
    asm("mrs %0, id_aa64mmfr0_el1" : "=r"(id.mmfr0));
    asm("mrs %0, id_aa64mmfr1_el1" : "=r"(id.mmfr1));
    asm("mrs %0, s3_0_c0_c7_2" : "=r"(id.mmfr2));
    return id;
}

[[nodiscard]] constexpr unsigned field(std::uint64_t value, unsigned shift) { return static_cast<unsigned>(value >> shift & 0xf); }

[[nodiscard]] constexpr bool has_pan(const IdRegisters& id) { return field(id.mmfr1, 20) != 0; }
[[nodiscard]] constexpr bool has_performance_monitors(const IdRegisters& id) { return field(id.dfr0, 8) != 0 && field(id.dfr0, 8) != 0xf; }
[[nodiscard]] constexpr bool has_activity_monitors(const IdRegisters& id) { return field(id.pfr0, 44) != 0; }

// A field of at least `least` is a capability.
struct Capability {
    std::uint64_t IdRegisters::*from;
    std::uint8_t shift;
    std::uint8_t least;
    std::uint64_t bit;
};

inline constexpr Capability k_capabilities[] = {
    {&IdRegisters::isar0, 4, 1, HWCAP_AES},      {&IdRegisters::isar0, 4, 2, HWCAP_PMULL},    {&IdRegisters::isar0, 8, 1, HWCAP_SHA1},
    {&IdRegisters::isar0, 12, 1, HWCAP_SHA2},    {&IdRegisters::isar0, 12, 2, HWCAP_SHA512},  {&IdRegisters::isar0, 16, 1, HWCAP_CRC32},
    {&IdRegisters::isar0, 20, 2, HWCAP_ATOMICS}, {&IdRegisters::isar0, 28, 1, HWCAP_ASIMDRDM}, {&IdRegisters::isar0, 32, 1, HWCAP_SHA3},
    {&IdRegisters::isar0, 36, 1, HWCAP_SM3},     {&IdRegisters::isar0, 40, 1, HWCAP_SM4},     {&IdRegisters::isar0, 44, 1, HWCAP_ASIMDDP},
    {&IdRegisters::isar0, 48, 1, HWCAP_ASIMDFHM}, {&IdRegisters::isar0, 52, 1, HWCAP_FLAGM},  {&IdRegisters::pfr0, 48, 1, HWCAP_DIT},
    {&IdRegisters::isar1, 0, 1, HWCAP_DCPOP},    {&IdRegisters::isar1, 12, 1, HWCAP_JSCVT},   {&IdRegisters::isar1, 16, 1, HWCAP_FCMA},
    {&IdRegisters::isar1, 20, 1, HWCAP_LRCPC},   {&IdRegisters::isar1, 20, 2, HWCAP_ILRCPC},  {&IdRegisters::isar1, 36, 1, HWCAP_SB},
    {&IdRegisters::mmfr2, 32, 1, HWCAP_USCAT},   {&IdRegisters::pfr1, 4, 2, HWCAP_SSBS},
};

inline constexpr Capability k_capabilities_2[] = {
    {&IdRegisters::isar1, 0, 2, HWCAP2_DCPODP},  {&IdRegisters::isar0, 52, 2, HWCAP2_FLAGM2}, {&IdRegisters::isar1, 32, 1, HWCAP2_FRINT},
    {&IdRegisters::isar1, 52, 1, HWCAP2_I8MM},   {&IdRegisters::isar1, 44, 1, HWCAP2_BF16},   {&IdRegisters::isar1, 44, 2, HWCAP2_EBF16},
    {&IdRegisters::isar1, 48, 1, HWCAP2_DGH},    {&IdRegisters::isar0, 60, 1, HWCAP2_RNG},    {&IdRegisters::mmfr1, 44, 1, HWCAP2_AFP},
    {&IdRegisters::isar2, 4, 1, HWCAP2_RPRES},   {&IdRegisters::isar2, 0, 2, HWCAP2_WFXT},
};

template <std::size_t N>
[[nodiscard]] constexpr std::uint64_t sum_of(const Capability (&list)[N], const IdRegisters& id) {
    std::uint64_t all = 0;
    for (const Capability& each : list) {
        if (field(id.*each.from, each.shift) >= each.least) {
            all |= each.bit;
        }
    }
    return all;
}

// FP and AdvSIMD are signed fields: 15 is none, 1 has half precision.
[[nodiscard]] constexpr std::uint64_t capabilities_of(const IdRegisters& id) {
    std::uint64_t all = sum_of(k_capabilities, id) | HWCAP_EVTSTRM | HWCAP_CPUID;
    if (const unsigned fp = field(id.pfr0, 16); fp != 0xf) {
        all |= HWCAP_FP | (fp >= 1 ? HWCAP_FPHP : 0);
    }
    if (const unsigned simd = field(id.pfr0, 20); simd != 0xf) {
        all |= HWCAP_ASIMD | (simd >= 1 ? HWCAP_ASIMDHP : 0);
    }
    return all;
}
[[nodiscard]] constexpr std::uint64_t capabilities_2_of(const IdRegisters& id) { return sum_of(k_capabilities_2, id); }

// What `mrs` of an identification register gives a program (HWCAP_CPUID): `crm` and `op2` of op0 3, op1 0, CRn 0. False: undefined for it.
[[nodiscard]] constexpr bool is_id_register(unsigned crm, unsigned op2) {
    return crm == 0 ? op2 == 0 || op2 == 5 || op2 == 6 : crm >= 2 && crm <= 7;
}

// The fields of the capabilities above. Others are 0, but for EL0 and EL1 of PFR0: AArch64 only.
template <std::size_t N>
[[nodiscard]] constexpr std::uint64_t mask_of(const Capability (&list)[N], std::uint64_t IdRegisters::*from) {
    std::uint64_t mask = 0;
    for (const Capability& each : list) {
        mask |= each.from == from ? std::uint64_t{0xf} << each.shift : 0;
    }
    return mask;
}
[[nodiscard]] constexpr std::uint64_t visible(const IdRegisters& id, std::uint64_t IdRegisters::*from) {
    return id.*from & (mask_of(k_capabilities, from) | mask_of(k_capabilities_2, from));
}
[[nodiscard]] constexpr std::uint64_t id_register_for_program(const IdRegisters& id, std::uint64_t midr, unsigned crm, unsigned op2) {
    constexpr std::uint64_t k_midr = 0x000;
    constexpr std::uint64_t k_mpidr = 0x005;
    constexpr std::uint64_t k_simd_and_fp = 0xff'0000;
    switch (crm << 4 | op2) {
        case k_midr: return midr;
        case k_mpidr: return std::uint64_t{1} << 31;
        case 0x40: return visible(id, &IdRegisters::pfr0) | (id.pfr0 & k_simd_and_fp) | 0x11;
        case 0x41: return visible(id, &IdRegisters::pfr1);
        case 0x60: return visible(id, &IdRegisters::isar0);
        case 0x61: return visible(id, &IdRegisters::isar1);
        case 0x62: return visible(id, &IdRegisters::isar2);
        case 0x71: return visible(id, &IdRegisters::mmfr1);
        case 0x72: return visible(id, &IdRegisters::mmfr2);
        default: return 0;
    }
}

// Cortex-A57 as QEMU has it: `fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid`.
static_assert(capabilities_of({.pfr0 = 0x2222, .isar0 = 0x0001'1120}) == (HWCAP_FP | HWCAP_ASIMD | HWCAP_EVTSTRM | HWCAP_AES | HWCAP_PMULL | HWCAP_SHA1 | HWCAP_SHA2 | HWCAP_CRC32 | HWCAP_CPUID));

}  // namespace phx::arch
