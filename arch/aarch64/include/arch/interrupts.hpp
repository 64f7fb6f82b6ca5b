// The interrupt mask of this CPU (PSTATE.I and PSTATE.F).
#pragma once

#include <cstdint>

namespace phx::arch {

enum class InterruptState : std::uint64_t {};  // DAIF

[[nodiscard]] inline InterruptState save_and_mask_interrupts() {
    std::uint64_t daif;
    asm volatile("mrs %0, daif\n\tmsr daifset, #3" : "=r"(daif) : : "memory");
    return static_cast<InterruptState>(daif);
}
inline void restore_interrupts(InterruptState state) {
    asm volatile("msr daif, %0" : : "r"(static_cast<std::uint64_t>(state)) : "memory");
}
inline void mask_interrupts() {
    asm volatile("msr daifset, #3" : : : "memory");
}
inline void unmask_interrupts() {
    asm volatile("msr daifclr, #3" : : : "memory");
}
// Whether that state, as it was saved, is one with interrupts masked.
[[nodiscard]] inline bool interrupts_masked(InterruptState state) {
    return (static_cast<std::uint64_t>(state) & (1U << 7)) != 0;
}
[[nodiscard]] inline bool interrupts_masked() {
    std::uint64_t daif;
    asm volatile("mrs %0, daif" : "=r"(daif));
    return interrupts_masked(static_cast<InterruptState>(daif));
}

}  // namespace phx::arch
