// Who waits for messages. They are written in contexts from which nobody can be woken, so while somebody waits a timer looks.
#pragma once

#include <atomic>
#include <cstdint>

#include <base/result.hpp>
#include <fs/interfaces/poll.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>
#include <time/interfaces/timers.hpp>

namespace phx::log {

class Followers final : public time::Timer {
public:
    static constexpr Nanoseconds k_period{50'000'000};

    constexpr Followers() : Timer{"kernel messages"} {}

    // One more, who has found none newer than the one before `sequence`. Those who have joined are woken when there are.
    void join(std::uint64_t sequence);
    void leave() { count_.fetch_sub(1, std::memory_order_relaxed); }
    // For who has joined. restart_sys: a signal came first.
    Result<void> wait(std::uint64_t sequence);
    [[nodiscard]] fs::PollSource& poll_source() { return source_; }

    void on_expired(Nanoseconds now) override;

private:
    std::atomic<std::uint32_t> count_{0};
    std::atomic<std::uint64_t> seen_{0};  // all before this one have been told of

    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("followers of kernel messages");
    SpinLock lock_{k_class};
    WaitQueue waiters_{"kernel messages"};
    fs::PollSource source_;
};

}  // namespace phx::log
