// What a thread of a program has in the CPU that a thread of the kernel has not: its address space, its thread pointer, its floating-point
// registers.
#pragma once

#include <concepts>

#include <task/interfaces/thread.hpp>

namespace phx::task {

// In the switch from one thread to another: interrupts masked, the run queue's lock held, no sleeping, no other locks. Both threads have `user`.
//   leave(thread)  it runs no longer on this CPU, and may run on another as soon as the lock is released
//   enter(thread)  it runs here next. A thread of the kernel's in between leaves the last program's address space in place
template <class T>
concept UserContext = requires(T& context, Thread& thread) {
    { context.leave(thread) } -> std::same_as<void>;
    { context.enter(thread) } -> std::same_as<void>;
};

}  // namespace phx::task
