#include <task/process_timers/process_timers.hpp>

#include <memory>
#include <utility>

#include <ports/process_timers.hpp>

namespace phx::task {

Result<TimerSet*> ProcessTimers::set_of(Process& process) {
    {
        const SpinGuard guard{process.lock};
        if (process.signals.timers != nullptr) {
            return process.signals.timers;
        }
    }
    auto& heap = ports::process_timers::heap();
    void* const memory = TRY(heap.allocate(sizeof(TimerSet), alignof(TimerSet)));
    TimerSet* const made = std::construct_at(static_cast<TimerSet*>(memory), process);
    TimerSet* set = made;
    {
        const SpinGuard guard{process.lock};
        if (process.signals.timers != nullptr) {
            set = process.signals.timers;
        } else {
            process.signals.timers = made;
            process.signals.alarm = &made->alarm;
        }
    }
    if (set != made) {
        std::destroy_at(made);
        heap.free(made, sizeof(TimerSet));
    }
    return set;
}

void ProcessTimers::on_exec(Process& process) {
    if (TimerSet* const set = process.signals.timers) {
        destroy_all(*set);
    }
}

// Nobody can find the set any more, but what expires just now.
void ProcessTimers::end(Process& process) {
    TimerSet* set = nullptr;
    {
        const SpinGuard guard{process.lock};
        set = std::exchange(process.signals.timers, nullptr);
        process.signals.alarm = nullptr;
        if (set != nullptr) {
            set->alarm.expiry = set->virtual_time = set->profiling_time = {};
        }
    }
    if (set == nullptr) {
        return;
    }
    destroy_all(*set);
    auto& timers = ports::process_timers::timers();
    timers.cancel_sync(set->alarm);
    timers.cancel_sync(set->tick);
    auto& heap = ports::process_timers::heap();
    for (TimerSet::Chunk* const chunk : set->chunks) {
        if (chunk != nullptr) {
            heap.free(chunk, sizeof(TimerSet::Chunk));
        }
    }
    std::destroy_at(set);
    heap.free(set, sizeof(TimerSet));
}

// A timer that is in no table any more. It may be about to fire, on another CPU; when that is over its signal may be pending.
void ProcessTimers::destroy(PosixTimer& timer, TimerSet& set) {
    auto& timers = ports::process_timers::timers();
    timers.cancel_sync(timer);
    if (timer.is_cpu_time()) {
        timers.cancel_sync(set.tick);
        const SpinGuard guard{set.process.lock};
        set.schedule();
    }
    ports::process_timers::signals().withdraw(set.process, timer.signal);
    std::destroy_at(&timer);
    ports::process_timers::heap().free(&timer, sizeof(PosixTimer));
}

void ProcessTimers::destroy_all(TimerSet& set) {
    for (;;) {
        PosixTimer* timer = nullptr;
        {
            const SpinGuard guard{set.process.lock};
            timer = set.take_any();
        }
        if (timer == nullptr) {
            return;
        }
        destroy(*timer, set);
    }
}

void ProcessTimers::follow(PosixTimer& timer) {
    const SpinGuard guard{lock_};
    if (!timer.is_linked()) {
        realtime_.push_back(timer);
    }
}

void ProcessTimers::unfollow(PosixTimer& timer) {
    const SpinGuard guard{lock_};
    if (timer.is_linked()) {
        IntrusiveList<PosixTimer>::remove(timer);
    }
}

// Without the locks of their processes: each looks for itself what time it is. One that has just been stopped expires in vain.
void ProcessTimers::clock_was_set() {
    const Nanoseconds now = read_clock(ClockKind::monotonic);
    const SpinGuard guard{lock_};
    for (PosixTimer& timer : realtime_) {
        ports::process_timers::timers().arm(timer, now);
    }
}

}  // namespace phx::task
