// Per-CPU pools of worker threads.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <locks/work_queue.hpp>
#include <params/work_queue.hpp>
#include <sync/handoff.hpp>
#include <sync/interfaces/work_queue.hpp>
#include <sync/per_cpu.hpp>
#include <sync/spinlock.hpp>

namespace phx::task {
class Thread;
}

namespace phx::sync {

class WorkerPools {
public:
    constexpr WorkerPools() = default;

    Result<void> init();

    // WorkQueue
    bool schedule(Work& work);
    Result<void> schedule_delayed(DelayedWork& work, Nanoseconds deadline);
    void flush(Work& work) __attribute__((locks_excluded(interrupts_off)));
    bool cancel_sync(Work& work) __attribute__((locks_excluded(interrupts_off)));
    bool cancel_sync(DelayedWork& work) __attribute__((locks_excluded(interrupts_off)));
    WorkStatistics statistics();

private:
    struct Worker {
        bool exists = false;            // or is being made
        unsigned cpu = 0;
        task::Thread* thread = nullptr;
        const Work* running = nullptr;  // only compared: it may have freed itself
        std::uint64_t serial = 0;       // of that run
    };
    struct Pool {
        SpinLock lock{locks::work_queue::pool};  // guards all of this
        IntrusiveList<Work> pending;
        std::array<Worker, params::work_queue::max_workers> workers;
        std::atomic<bool> has_worker{false};  // looked at without the lock
        std::uint64_t last_serial = 0;
        std::uint64_t done = 0;
        HandoffQueue idle{"work"};
        HandoffQueue flushers{"the end of work"};
    };

    [[nodiscard]] Pool& lock_pool_of(Work& work);
    [[nodiscard]] static Worker* runner_of(Pool& pool, const Work& work);
    [[nodiscard]] static bool is_open(Pool& pool, std::uint64_t serial);
    [[nodiscard]] static Work* take_next(Pool& pool);
    [[nodiscard]] static Worker* reserve_worker(Pool& pool);
    [[nodiscard]] unsigned choose_pool(unsigned here);
    static void push(Pool& pool, Work& work);
    static void wait_for(Pool& pool, SpinGuard& guard, std::uint64_t serial);
    void make_worker(unsigned number, Worker* worker);
    void make_missing_workers();
    [[noreturn]] void run(Worker& self);

    PerCpu<Pool> pools_;
    std::atomic<std::uint64_t> missing_{0};  // bit n: CPU n has had work but has no worker
};

}  // namespace phx::sync
