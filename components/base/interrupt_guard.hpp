// "Interrupts are off on this CPU" as a capability that the thread-safety analysis follows.
#pragma once

#include <arch/interrupts.hpp>

namespace phx {

class [[clang::capability("context")]] InterruptsOff {};
inline constexpr InterruptsOff interrupts_off;

// Masks interrupts for a scope and puts back what was there. Any context; nests.
class [[clang::scoped_lockable]] InterruptGuard {
public:
    [[clang::acquire_capability(interrupts_off)]] InterruptGuard() : state_{arch::save_and_mask_interrupts()} {}
    [[clang::release_capability()]] ~InterruptGuard() { arch::restore_interrupts(state_); }
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

private:
    arch::InterruptState state_;
};

}  // namespace phx
