// What everything here that waits is made of: the calling thread stops until somebody lets it go on. In a graph without threads the CPU sleeps
// until the next interrupt instead.
#pragma once

#include <cstdint>

#include <arch/thread_head.hpp>
#include <base/interrupt_guard.hpp>
#include <base/types.hpp>
#include <sync/spinlock.hpp>

namespace phx::task {
class Thread;
}

namespace phx {
enum class WaitEnd : std::uint8_t { woken, timed_out, interrupted };
}

namespace phx::sync {

// Null in a graph without threads.
[[nodiscard]] task::Thread* parkable();

// With the lock held under which unpark is called: releases it, waits, takes it again. May return without having been let go.
void park(SpinGuard& guard, const char* what) __attribute__((requires_capability(interrupts_off)));
// The same, no longer than until the deadline; false: that had passed, and the lock was not released. Needs Clock and Timers in the graph.
bool park_until(SpinGuard& guard, const char* what, Nanoseconds deadline) __attribute__((requires_capability(interrupts_off)));
// The same for a thread of a program, which these bits of its user_work call away: false, and interrupted: one of them is set. A thread of the
// kernel's has none.
bool park_unless(SpinGuard& guard, const char* what, std::uint32_t bits) __attribute__((requires_capability(interrupts_off)));
WaitEnd park_until_unless(SpinGuard& guard, const char* what, Nanoseconds deadline, std::uint32_t bits)
    __attribute__((requires_capability(interrupts_off)));
// With interrupts masked. The thread must not end meanwhile: it needs the lock that the caller holds.
void unpark(task::Thread* thread);
// Any context: sets these bits of the thread's user_work (UserWork). Ends a wait that one of them may end; a thread that runs its program, on this
// CPU or another, is brought into the kernel. The thread must not end meanwhile.
void interrupt(task::Thread& thread, std::uint32_t bits = arch::k_signal_pending);
// After the lock under which somebody was let go has been released: it runs at once if it is more urgent.
void run_unparked();
// Where the caller may have to wait but must not: stops the machine, and names a lock that is held if the graph's lock keeps track.
[[noreturn, gnu::cold, gnu::noinline]] void sleeping_in_atomic_context();

}  // namespace phx::sync
