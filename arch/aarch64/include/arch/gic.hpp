// The GICv3 CPU interface, which is system registers (Arm IHI 0069, 12.2). Group 1, as EL1 sees it.
#pragma once

#include <cstdint>

namespace phx::arch {

// Turns on the system-register interface. False: EL2 or firmware keeps it from EL1 (ICC_SRE_EL1.SRE stays 0).
[[nodiscard]] inline bool icc_enable_system_registers() {
    std::uint64_t value;
    asm volatile("mrs %0, s3_0_c12_c12_5\n\torr %0, %0, #1\n\tmsr s3_0_c12_c12_5, %0\n\tisb\n\tmrs %0, s3_0_c12_c12_5" : "=&r"(value) : : "memory");
    return (value & 1) != 0;
}
// ICC_CTLR_EL1 to 0: an end of interrupt also deactivates it. The reset value of EOImode is unknown (12.2.6).
inline void icc_end_deactivates() {
    asm volatile("msr s3_0_c12_c12_4, xzr\n\tisb" : : : "memory");
}
inline void icc_set_priority_mask(std::uint32_t mask) {
    asm volatile("msr s3_0_c4_c6_0, %0" : : "r"(std::uint64_t{mask}) : "memory");
}
inline void icc_enable_group1(bool on) {
    asm volatile("msr s3_0_c12_c12_7, %0\n\tisb" : : "r"(std::uint64_t{on}) : "memory");
}
// The INTID; 1020 to 1023 are special, 1023 says that nothing is pending.
[[nodiscard]] inline std::uint32_t icc_acknowledge() {
    std::uint64_t value;
    asm volatile("mrs %0, s3_0_c12_c12_0\n\tdsb sy" : "=r"(value) : : "memory");
    return static_cast<std::uint32_t>(value);
}
inline void icc_end_of_interrupt(std::uint32_t id) {
    asm volatile("msr s3_0_c12_c12_1, %0\n\tisb" : : "r"(std::uint64_t{id}) : "memory");
}

// ICC_SGI1R_EL1: a software interrupt of group 1. The caller's stores first, arch::publish_stores().
inline void icc_send(std::uint64_t request) {
    asm volatile("msr s3_0_c12_c11_5, %0\n\tisb" : : "r"(request) : "memory");
}

}  // namespace phx::arch
