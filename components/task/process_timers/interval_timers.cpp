// setitimer(2).
#include <task/process_timers/process_timers.hpp>

#include <algorithm>

#include <ports/process_timers.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

// What is left of a timer that has not been told yet (Linux: a tick for CPU time, else the smallest span).
constexpr Nanoseconds k_tick{4'000'000};
constexpr Nanoseconds k_smallest{k_ns_per_microsecond};

[[nodiscard]] struct uapi::itimerval to_record(Nanoseconds left, Nanoseconds interval) {
    const auto make = [](Nanoseconds time) {
        const __kernel_old_timeval value = to_timeval(time);
        return uapi::timeval{.tv_sec = value.tv_sec, .tv_usec = value.tv_usec};
    };
    return {.it_interval = make(interval), .it_value = make(left)};
}

Result<Nanoseconds> from_record(const uapi::timeval& time) { return to_nanoseconds(__kernel_old_timeval{.tv_sec = time.tv_sec, .tv_usec = time.tv_usec}); }

[[nodiscard]] Nanoseconds left_of(const Expiry& expiry, Nanoseconds now, Nanoseconds least) {
    return expiry.active ? (expiry.deadline > now ? expiry.deadline - now : least) : Nanoseconds{};
}

[[nodiscard]] bool is_timer(int which) { return which == ITIMER_REAL || which == ITIMER_VIRTUAL || which == ITIMER_PROF; }

// With the process's lock held.
[[clang::no_thread_safety_analysis]] struct uapi::itimerval read_timer(TimerSet& set, int which) {
    if (which == ITIMER_REAL) {
        return to_record(left_of(set.alarm.expiry, read_clock(ClockKind::monotonic), k_smallest), set.alarm.expiry.interval);
    }
    const Expiry& expiry = which == ITIMER_VIRTUAL ? set.virtual_time : set.profiling_time;
    return to_record(left_of(expiry, cpu_time_locked(set.process, which == ITIMER_VIRTUAL), k_tick), expiry.interval);
}

}  // namespace

void AlarmTimer::set(Expiry to) {
    expiry = to;
    auto& timers = ports::process_timers::timers();
    if (expiry.active) {
        timers.arm(*this, expiry.deadline);
    } else {
        timers.cancel(*this);
    }
}

void AlarmTimer::on_expired(Nanoseconds now) {
    {
        const SpinGuard guard{process_.lock};
        if (!expiry.active || now < expiry.deadline) {
            return;
        }
        expiry.active = false;
    }
    (void)ports::process_timers::signals().send(process_, kernel_signal(SIGALRM));
}

// Any SIGALRM will do, as in Linux: the timer's own may have met one that was pending.
void AlarmTimer::on_taken(SignalInfo&) {
    if (!expiry.active && expiry.interval != Nanoseconds{}) {
        expiry.forward(read_clock(ClockKind::monotonic));
        expiry.active = true;
        set(expiry);
    }
}

Result<void> ProcessTimers::sys_getitimer(int which, UserPtr<struct uapi::itimerval> to) {
    if (!is_timer(which)) {
        return Errno::inval;
    }
    Process& process = current_process();
    struct uapi::itimerval record{};
    {
        const SpinGuard guard{process.lock};
        if (TimerSet* const set = process.signals.timers) {
            record = read_timer(*set, which);
        }
    }
    return vm::write(to, record);
}

Result<void> ProcessTimers::sys_setitimer(int which, UserPtr<const struct uapi::itimerval> from, UserPtr<struct uapi::itimerval> old) {
    Expiry wanted;
    Nanoseconds span;
    if (!from.is_null()) {
        const struct uapi::itimerval record = TRY(vm::read(from));
        span = TRY(from_record(record.it_value));
        wanted.interval = TRY(from_record(record.it_interval));
        wanted.active = span != Nanoseconds{};
    }
    if (!is_timer(which)) {
        return Errno::inval;
    }
    Process& process = current_process();
    TimerSet& set = *TRY(set_of(process));
    struct uapi::itimerval before{};
    {
        const SpinGuard guard{process.lock};
        before = read_timer(set, which);
        if (which == ITIMER_REAL) {
            wanted.interval = wanted.active ? wanted.interval : Nanoseconds{};
            wanted.deadline = saturating_add(read_clock(ClockKind::monotonic), span);
            set.alarm.set(wanted);
        } else {
            wanted.deadline = saturating_add(cpu_time_locked(process, which == ITIMER_VIRTUAL), span);
            (which == ITIMER_VIRTUAL ? set.virtual_time : set.profiling_time) = wanted;
            set.schedule();
        }
    }
    return old.is_null() ? Result<void>{} : vm::write(old, before);
}

}  // namespace phx::task
