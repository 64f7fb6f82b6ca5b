// Waiting, under a Mutex, for what others will change under it.
//
//   const MutexGuard guard{mutex_};
//   while (items_.empty()) { not_empty_.wait(mutex_); }
#pragma once

#include <base/types.hpp>
#include <locks/sync.hpp>
#include <sync/handoff.hpp>
#include <sync/mutex.hpp>
#include <sync/spinlock.hpp>

namespace phx {

class ConditionVariable {
public:
    constexpr explicit ConditionVariable(const char* name) : queue_{name} {}

    // May sleep: lets go of the mutex, waits to be notified, takes it again; what is waited for may have changed back by then.
    void wait(Mutex& mutex) __attribute__((requires_capability(mutex), locks_excluded(interrupts_off)));
    // False: the deadline came first. Needs Clock and Timers in the graph.
    bool wait_until(Mutex& mutex, Nanoseconds deadline) __attribute__((requires_capability(mutex), locks_excluded(interrupts_off)));

    // Any context, with or without the mutex. The one that has waited longest; false: nobody waited.
    bool notify_one();
    void notify_all();

private:
    SpinLock lock_{locks::sync::condition};
    sync::HandoffQueue queue_;  // guarded by lock_
};

}  // namespace phx
