// Something that is done once, or a number of times, and that others wait for. As Linux's struct completion.
#pragma once

#include <cstdint>

#include <base/types.hpp>
#include <locks/sync.hpp>
#include <sync/handoff.hpp>
#include <sync/spinlock.hpp>

namespace phx {

class Completion {
public:
    constexpr explicit Completion(const char* name = "completion") : queue_{name} {}

    // Any context: lets one waiter go on, or the next that comes.
    void complete();
    // Any context: lets all go on, now and later.
    void complete_all();

    // May sleep. After its return the completion may be destroyed.
    void wait() __attribute__((locks_excluded(interrupts_off)));
    // False: the deadline came first. Needs Clock and Timers in the graph.
    bool wait_until(Nanoseconds deadline) __attribute__((locks_excluded(interrupts_off)));
    // Any context: takes what wait() would return with at once.
    bool try_wait();
    // Any context, a hint: try_wait() would succeed.
    [[nodiscard]] bool is_done();

private:
    static constexpr std::uint32_t k_all = UINT32_MAX;

    [[nodiscard]] bool take() __attribute__((requires_capability(lock_)));

    SpinLock lock_{locks::sync::completion};
    std::uint32_t done_ __attribute__((guarded_by(lock_))) = 0;
    sync::HandoffQueue queue_;  // guarded by lock_
};

}  // namespace phx
