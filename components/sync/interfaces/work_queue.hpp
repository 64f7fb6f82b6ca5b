// Work that is done later, by threads: for interrupt handlers and others who may not sleep or should not take long.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>

#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <time/interfaces/timers.hpp>

namespace phx::sync {

// One piece of work, owned by whoever embeds it; before it dies it is cancelled with cancel_sync, unless its own run() ends it. Derive and say
// what is to be done.
class Work : public ListNode {
public:
    // `name` outlives the work.
    constexpr explicit Work(const char* name) : name_{name} {}
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

    // Thread context, may sleep. Never twice at once; may schedule itself again, or free itself.
    virtual void run() = 0;

    [[nodiscard]] const char* name() const { return name_; }

    // For the provider of WorkQueue alone: whose queue it is in, or was in last, and whether it is on its way to run. Guarded by that queue.
    struct Place {
        std::atomic<std::uint32_t> cpu{0};
        bool pending = false;
        std::uint64_t serial = 0;
    };
    [[nodiscard]] Place& place() { return place_; }

protected:
    ~Work() = default;

private:
    const char* name_;
    Place place_;
};

// Work for later.
class DelayedWork : public Work, public time::Timer {
public:
    constexpr explicit DelayedWork(const char* name) : Work{name}, Timer{name} {}
    using Work::name;

    // For the provider alone.
    std::atomic<void (*)(DelayedWork& work)> when_due{nullptr};
    void on_expired(Nanoseconds) final { when_due.load(std::memory_order_relaxed)(*this); }

protected:
    ~DelayedWork() = default;
};

struct WorkStatistics {
    std::uint64_t done = 0;     // runs
    std::uint32_t workers = 0;  // threads
    std::uint32_t busy = 0;     // of these
};

//   schedule(work)                    any context but under a lock that waking a thread takes: it will run, on this CPU if it can; false: it
//                                     was about to already, and will run once. If it is running it will run again afterwards
//   schedule_delayed(work, deadline)  the same when the time has come; again before that: moves the deadline. ENOSYS without Timers
//   flush(work)                       may sleep, not from its own run(): returns when the run that was pending, or else under way, has ended
//   cancel_sync(work)                 may sleep, not from its own run(): it is neither pending nor running when this returns; true: it was
//                                     pending, and that run will not be
//   cancel_sync(delayed)              the same, and its timer is stopped, which counts as pending
//   statistics()                      any context
template <class T>
concept WorkQueue = requires(T& queue, Work& work, DelayedWork& delayed, Nanoseconds deadline) {
    { queue.schedule(work) } -> std::same_as<bool>;
    { queue.schedule_delayed(delayed, deadline) } -> std::same_as<Result<void>>;
    { queue.flush(work) } -> std::same_as<void>;
    { queue.cancel_sync(work) } -> std::same_as<bool>;
    { queue.cancel_sync(delayed) } -> std::same_as<bool>;
    { queue.statistics() } -> std::same_as<WorkStatistics>;
};

}  // namespace phx::sync
