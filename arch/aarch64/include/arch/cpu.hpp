// This processor: waiting, stopping, identifying.
#pragma once

#include <cstdint>

namespace phx::arch {

// Returns when an interrupt is pending, masked or not (Arm ARM, WFI), or at any time.
inline void wait_for_interrupt() {
    asm volatile("dsb sy\n\twfi" : : : "memory");
}
inline void relax() {
    asm volatile("yield" : : : "memory");
}
// What this CPU has stored is seen by the others before its next store to a device or system register is (DSB ISHST).
inline void publish_stores() {
    asm volatile("dsb ishst" : : : "memory");
}
// Stops this CPU for good.
[[noreturn]] inline void halt() {
    for (;;) {
        asm volatile("msr daifset, #0xf\n\twfi" : : : "memory");
    }
}
// Permanently undefined (Arm ARM, UDF).
inline void undefined_instruction() {
    asm volatile("udf #0");
}
[[nodiscard]] inline std::uint64_t midr() {
    std::uint64_t value;
    asm volatile("mrs %0, midr_el1" : "=r"(value));
    return value;
}
[[nodiscard]] inline std::uint64_t mpidr() {
    std::uint64_t value;
    asm volatile("mrs %0, mpidr_el1" : "=r"(value));
    return value;
}
// The caller's frame record: [0] the next record, [1] the return address (AAPCS64, 6.4.6).
[[nodiscard]] [[gnu::always_inline]] inline const std::uint64_t* frame_record() {
    return static_cast<const std::uint64_t*>(__builtin_frame_address(0));
}

}  // namespace phx::arch
