#include <sync/work_queue/work_queue.hpp>

#include <utility>

#include <arch/cpu.hpp>
#include <base/format.hpp>
#include <base/panic.hpp>
#include <ports/work_queue.hpp>

namespace phx::sync {
namespace {

void give_all(HandoffQueue& queue) {
    while (auto* const waiter = queue.front()) {
        queue.give(*waiter);
    }
}

}  // namespace

Result<void> WorkerPools::init() {
    Worker* worker = nullptr;
    {
        const SpinGuard guard{pools_.of(0).lock};
        worker = reserve_worker(pools_.of(0));
    }
    make_worker(0, worker);
    return pools_.of(0).has_worker.load(std::memory_order_relaxed) ? Result<void>{} : Errno::nomem;
}

// Work changes its queue only under the lock of the one where it is, while it is neither there nor running.
[[clang::no_thread_safety_analysis]] WorkerPools::Pool& WorkerPools::lock_pool_of(Work& work) {
    for (;;) {
        const std::uint32_t cpu = work.place().cpu.load(std::memory_order_relaxed);
        Pool& pool = pools_.of(cpu);
        pool.lock.lock();
        if (work.place().cpu.load(std::memory_order_relaxed) == cpu) {
            return pool;
        }
        pool.lock.unlock();
    }
}

WorkerPools::Worker* WorkerPools::runner_of(Pool& pool, const Work& work) {
    for (Worker& worker : pool.workers) {
        if (worker.running == &work) {
            return &worker;
        }
    }
    return nullptr;
}

// Whether that run is still to come, or under way.
bool WorkerPools::is_open(Pool& pool, std::uint64_t serial) {
    for (const Worker& worker : pool.workers) {
        if (worker.running != nullptr && worker.serial == serial) {
            return true;
        }
    }
    for (Work& work : pool.pending) {
        if (work.place().serial == serial) {
            return true;
        }
    }
    return false;
}

// Not what another worker still runs: that one will come for it.
Work* WorkerPools::take_next(Pool& pool) {
    for (Work& work : pool.pending) {
        if (runner_of(pool, work) == nullptr) {
            IntrusiveList<Work>::remove(work);
            work.place().pending = false;
            return &work;
        }
    }
    return nullptr;
}

WorkerPools::Worker* WorkerPools::reserve_worker(Pool& pool) {
    for (Worker& worker : pool.workers) {
        if (!worker.exists) {
            worker.exists = true;
            return &worker;
        }
    }
    return nullptr;
}

// This CPU's own, once it has a worker; that is made by one of CPU 0's, as it may sleep.
unsigned WorkerPools::choose_pool(unsigned here) {
    if (here == 0 || pools_.of(here).has_worker.load(std::memory_order_relaxed)) {
        return here;
    }
    missing_.fetch_or(std::uint64_t{1} << here, std::memory_order_relaxed);
    return 0;
}

void WorkerPools::push(Pool& pool, Work& work) {
    work.place().pending = true;
    work.place().serial = ++pool.last_serial;
    pool.pending.push_back(work);
    if (auto* const idle = pool.idle.front()) {
        pool.idle.give(*idle);
    }
}

// On its way to another queue the work is pending and in neither; whoever cancels it then, makes it not pending, and it stays out.
[[clang::no_thread_safety_analysis]] bool WorkerPools::schedule(Work& work) {
    {
        const InterruptGuard guard;
        Pool* pool = &lock_pool_of(work);
        Work::Place& place = work.place();
        if (place.pending) {
            pool->lock.unlock();
            return false;
        }
        const unsigned target = choose_pool(this_cpu());
        bool ours = true;
        if (target != place.cpu.load(std::memory_order_relaxed) && runner_of(*pool, work) == nullptr) {
            place.pending = true;
            place.cpu.store(target, std::memory_order_relaxed);
            pool->lock.unlock();
            pool = &pools_.of(target);
            pool->lock.lock();
            ours = place.pending && !work.is_linked();
        }
        if (ours) {
            push(*pool, work);
        }
        pool->lock.unlock();
    }
    run_unparked();
    return true;
}

Result<void> WorkerPools::schedule_delayed(DelayedWork& work, Nanoseconds deadline) {
    auto* timers = ports::work_queue::timers();
    if (timers == nullptr) {
        return Errno::nosys;
    }
    work.when_due.store([](DelayedWork& due) { ports::work_queue::self().schedule(due); }, std::memory_order_relaxed);
    timers->arm(work, deadline);
    return {};
}

[[clang::no_thread_safety_analysis]] void WorkerPools::wait_for(Pool& pool, SpinGuard& guard, std::uint64_t serial) {
    while (is_open(pool, serial)) {
        HandoffQueue::Waiter waiter;
        pool.flushers.push(waiter);
        pool.flushers.wait(guard, waiter);
    }
}

[[clang::no_thread_safety_analysis]] void WorkerPools::flush(Work& work) {
    for (;; arch::relax()) {
        const std::uint32_t cpu = work.place().cpu.load(std::memory_order_relaxed);
        Pool& pool = pools_.of(cpu);
        SpinGuard guard{pool.lock};
        if (work.place().cpu.load(std::memory_order_relaxed) != cpu || (work.place().pending && !work.is_linked())) {
            continue;  // it is on its way to another queue
        }
        const Worker* const runner = runner_of(pool, work);
        ASSERT(runner == nullptr || runner->thread != &task::current());
        if (work.place().pending || runner != nullptr) {
            wait_for(pool, guard, work.place().pending ? work.place().serial : runner->serial);
        }
        return;
    }
}

[[clang::no_thread_safety_analysis]] bool WorkerPools::cancel_sync(Work& work) {
    for (;; arch::relax()) {
        const std::uint32_t cpu = work.place().cpu.load(std::memory_order_relaxed);
        Pool& pool = pools_.of(cpu);
        SpinGuard guard{pool.lock};
        if (work.place().cpu.load(std::memory_order_relaxed) != cpu) {
            continue;
        }
        const bool was_pending = std::exchange(work.place().pending, false);
        if (work.is_linked()) {
            IntrusiveList<Work>::remove(work);
            give_all(pool.flushers);
        }
        if (const Worker* const runner = runner_of(pool, work)) {
            ASSERT(runner->thread != &task::current());
            wait_for(pool, guard, runner->serial);
        }
        return was_pending;
    }
}

// A run that was under way may have armed the timer again.
bool WorkerPools::cancel_sync(DelayedWork& work) {
    bool was_pending = false;
    auto* timers = ports::work_queue::timers();
    do {
        if (timers != nullptr) {
            was_pending |= timers->cancel_sync(work);
        }
        was_pending |= cancel_sync(static_cast<Work&>(work));
    } while (work.is_armed());
    return was_pending;
}

WorkStatistics WorkerPools::statistics() {
    WorkStatistics sum;
    for (unsigned cpu = 0; cpu < PerCpu<Pool>::count; ++cpu) {
        Pool& pool = pools_.of(cpu);
        const SpinGuard guard{pool.lock};
        sum.done += pool.done;
        for (const Worker& worker : pool.workers) {
            sum.workers += worker.exists ? 1 : 0;
            sum.busy += worker.running != nullptr ? 1 : 0;
        }
    }
    return sum;
}

void WorkerPools::make_worker(unsigned number, Worker* worker) {
    std::array<char, task::Thread::k_name_size> name;
    Pool& pool = pools_.of(number);
    worker->cpu = number;
    const auto made = ports::work_queue::threads().create(
        {.name = format_to(name, "work/{}", number), .affinity = sched::CpuMask{1} << number, .detached = true},
        [](void* self) { ports::work_queue::self().run(*static_cast<Worker*>(self)); }, worker);
    if (made) {
        pool.has_worker.store(true, std::memory_order_relaxed);
    } else {
        {
            const SpinGuard guard{pool.lock};
            worker->exists = false;
        }
        if (auto log = ports::work_queue::log()) {
            log->warning("no further worker for CPU {}: {}", number, made.error());
        }
    }
}

void WorkerPools::make_missing_workers() {
    const std::uint64_t missing = missing_.exchange(0, std::memory_order_relaxed);
    for (unsigned cpu = 0; cpu < PerCpu<Pool>::count; ++cpu) {
        if ((missing >> cpu & 1) == 0 || pools_.of(cpu).has_worker.load(std::memory_order_relaxed)) {
            continue;
        }
        Worker* worker = nullptr;
        {
            const SpinGuard guard{pools_.of(cpu).lock};
            worker = reserve_worker(pools_.of(cpu));
        }
        if (worker != nullptr) {
            make_worker(cpu, worker);
        }
    }
}

// While all others are busy there must be one to take what comes, as what they run may sleep: whoever leaves none makes one first.
[[clang::no_thread_safety_analysis]] void WorkerPools::run(Worker& self) {
    Pool& pool = pools_.of(self.cpu);
    self.thread = &task::current();
    for (;;) {
        Work* work = nullptr;
        Worker* spare = nullptr;
        {
            SpinGuard guard{pool.lock};
            while ((work = take_next(pool)) == nullptr) {
                HandoffQueue::Waiter waiter;
                pool.idle.push(waiter);
                pool.idle.wait(guard, waiter);
            }
            self.running = work;
            self.serial = work->place().serial;
            spare = pool.idle.empty() ? reserve_worker(pool) : nullptr;
        }
        if (spare != nullptr) {
            make_worker(self.cpu, spare);
        }
        if (missing_.load(std::memory_order_relaxed) != 0) {
            make_missing_workers();
        }
        work->run();
        {
            const SpinGuard guard{pool.lock};
            self.running = nullptr;
            ++pool.done;
            give_all(pool.flushers);
        }
        run_unparked();
    }
}

}  // namespace phx::sync
