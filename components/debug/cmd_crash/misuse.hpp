// Locks, threads and memory, used as they must not be.
#pragma once

#include <base/result.hpp>

namespace phx::debug::misuse {

// Each: ENOSYS if the graph lacks what it takes. Thread context.
Result<void> invert_locks();         // two spinlocks in one order, then in the other
Result<void> sleep_in_atomic();      // under a spinlock
Result<void> unlock_anothers();      // a mutex that another thread owns
Result<void> free_twice();
Result<void> overflow_a_thread();    // a thread's stack, not the monitor's
Result<void> overflow_together();    // two threads' stacks, on two CPUs at once
Result<void> lock_up();              // a thread that keeps its CPU from another, with preemption off, for some seconds
Result<void> mask_another_cpu();     // interrupts masked there, under a spinlock, for some seconds
Result<void> hang_threads();         // one waits for a mutex, whose owner waits for another, whose owner sleeps for some seconds

}  // namespace phx::debug::misuse
