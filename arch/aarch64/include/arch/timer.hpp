// The generic timer's system registers (Arm ARM DDI 0487, D12). The virtual one needs no help from EL2; the physical one
// needs CNTHCTL_EL2 to let EL1 in, which the boot code sets when it starts at EL2.
#pragma once

#include <cstdint>

namespace phx::arch {

enum class GenericTimer : std::uint8_t { physical, virtual_ };

[[nodiscard]] inline std::uint64_t counter_frequency() {
    std::uint64_t value;
    asm volatile("mrs %0, cntfrq_el0" : "=r"(value));
    return value;
}
template <GenericTimer T>
[[nodiscard]] std::uint64_t counter() {
    std::uint64_t value;
    if constexpr (T == GenericTimer::physical) {
        asm volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(value) : : "memory");
    } else {
        asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value) : : "memory");
    }
    return value;
}
// Raises the timer's interrupt once the counter reaches `value`.
template <GenericTimer T>
void arm_timer(std::uint64_t value) {
    if constexpr (T == GenericTimer::physical) {
        asm volatile("msr cntp_cval_el0, %0\n\tmsr cntp_ctl_el0, %1\n\tisb" : : "r"(value), "r"(std::uint64_t{1}) : "memory");
    } else {
        asm volatile("msr cntv_cval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb" : : "r"(value), "r"(std::uint64_t{1}) : "memory");
    }
}
template <GenericTimer T>
void disarm_timer() {
    if constexpr (T == GenericTimer::physical) {
        asm volatile("msr cntp_ctl_el0, xzr\n\tisb" : : : "memory");
    } else {
        asm volatile("msr cntv_ctl_el0, xzr\n\tisb" : : : "memory");
    }
}

}  // namespace phx::arch
