// A number of permits. Waiters get theirs in the order in which they came.
#pragma once

#include <cstdint>

#include <base/types.hpp>
#include <locks/sync.hpp>
#include <sync/handoff.hpp>
#include <sync/spinlock.hpp>

namespace phx {

class Semaphore {
public:
    constexpr Semaphore(const char* name, std::uint32_t permits) : permits_{permits}, queue_{name} {}

    // May sleep.
    void acquire() __attribute__((locks_excluded(interrupts_off)));
    // False: the deadline came first. Needs Clock and Timers in the graph.
    bool acquire_until(Nanoseconds deadline) __attribute__((locks_excluded(interrupts_off)));
    // Any context.
    bool try_acquire();
    // Any context, by anybody.
    void release(std::uint32_t permits = 1);
    // Any context, a hint.
    [[nodiscard]] std::uint32_t available();

private:
    SpinLock lock_{locks::sync::semaphore};
    std::uint32_t permits_ __attribute__((guarded_by(lock_)));  // 0 while somebody waits
    sync::HandoffQueue queue_;                                  // guarded by lock_
};

}  // namespace phx
