// What the end of an interrupt asks before it goes back to the thread that it interrupted, and a thread before it goes back to its program.
#pragma once

#include <concepts>

namespace phx::task {

// on_interrupt_exit(): interrupt context's end, interrupts masked, nothing locked: may run other threads first, and returns when the
// interrupted one is to go on, perhaps on another CPU.
// on_user_return(): the running thread is about to go back to its program, and its need_resched is set: others run first, whatever `preemption`
// says of the kernel. Interrupts masked, or not.
template <class T>
concept Preemption = requires(T& preemption) {
    { preemption.on_interrupt_exit() } -> std::same_as<void>;
    { preemption.on_user_return() } -> std::same_as<void>;
};

}  // namespace phx::task
