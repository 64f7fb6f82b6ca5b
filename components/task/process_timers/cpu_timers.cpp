// Timers by CPU time: setitimer(2)'s, those of CLOCK_PROCESS_CPUTIME_ID and CLOCK_THREAD_CPUTIME_ID, and RLIMIT_CPU. One machine timer for each process
// looks at them, when the first can be up at the earliest.
#include <task/process_timers/process_timers.hpp>

#include <algorithm>

#include <arch/resource_abi.hpp>

#include <ports/process_timers.hpp>

namespace phx::task {
namespace {

// In nanoseconds; for ever if there is none, or none to be reached.
[[nodiscard]] Nanoseconds limit_in_time(std::uint64_t seconds) {
    return seconds < static_cast<std::uint64_t>(k_for_ever.count() / k_ns_per_second) ? Nanoseconds{static_cast<std::int64_t>(seconds) * k_ns_per_second}
                                                                                       : k_for_ever;
}

}  // namespace

template <class F>
void TimerSet::for_each_cpu_timer(F f) {
    std::uint32_t left = cpu_count;
    for (Chunk* const chunk : chunks) {
        if (left == 0 || chunk == nullptr) {
            continue;
        }
        for (PosixTimer* const timer : chunk->timers) {
            if (timer != nullptr && timer->is_cpu_time()) {
                --left;
                f(*timer);
            }
        }
    }
}

// The lock is held. With several CPUs as many threads may use up what is left at a time. While nothing runs it looks ever less often, as there
// is no event for a process that begins to run.
[[clang::no_thread_safety_analysis]] void TimerSet::schedule() {
    auto& timers = ports::process_timers::timers();
    const Nanoseconds used = cpu_time_locked(process);
    Nanoseconds least = k_for_ever;
    const auto consider = [&](const Expiry& expiry, Nanoseconds now) {
        if (expiry.active) {
            least = std::min(least, expiry.deadline > now ? expiry.deadline - now : Nanoseconds{});
        }
    };
    consider(profiling_time, used);
    if (virtual_time.active) {
        consider(virtual_time, cpu_time_locked(process, true));
    }
    const Nanoseconds limit = limit_in_time(process.limits.data()[RLIMIT_CPU].soft);
    consider({.active = limit != k_for_ever, .deadline = limit, .interval = {}}, used);
    for_each_cpu_timer([&](const PosixTimer& timer) {
        if (timer.notify != SIGEV_NONE) {
            consider(timer.expiry, timer.now());
        }
    });
    if (least == k_for_ever) {
        timers.cancel(tick);
        return;
    }
    pause_ = used == seen_ ? Nanoseconds{std::min(2 * pause_.count(), k_most_pause_)} : Nanoseconds{k_least_};
    seen_ = used;
    const auto at_once = std::min<std::int64_t>(types::CpuModel::max_cpus, std::max<std::uint32_t>(process.thread_count, 1));
    timers.arm(tick, saturating_add(read_clock(ClockKind::monotonic), std::max(Nanoseconds{least.count() / at_once}, pause_)));
}

// The lock is held. One of those whose time has come, which is then over or set to come again.
[[clang::no_thread_safety_analysis]] TimerSet::Due TimerSet::find_due(int& signal, PosixTimer*& timer) {
    const Nanoseconds used = cpu_time_locked(process);
    const auto is_due = [](Expiry& expiry, Nanoseconds now) {
        if (!expiry.active || now < expiry.deadline) {
            return false;
        }
        expiry.active = expiry.interval != Nanoseconds{} && expiry.forward(now) != 0;
        return true;
    };
    if (is_due(profiling_time, used)) {
        signal = SIGPROF;
        return Due::signal;
    }
    if (virtual_time.active && is_due(virtual_time, cpu_time_locked(process, true))) {
        signal = SIGVTALRM;
        return Due::signal;
    }
    Limit& limit = process.limits.data()[RLIMIT_CPU];
    if (used >= limit_in_time(limit.hard)) {
        signal = SIGKILL;
        return Due::signal;
    }
    if (used >= limit_in_time(limit.soft)) {
        limit.soft = static_cast<std::uint64_t>(used.count() / k_ns_per_second) + 1;  // a reminder each second (setrlimit(2))
        signal = SIGXCPU;
        return Due::signal;
    }
    for_each_cpu_timer([&](PosixTimer& each) {
        if (timer == nullptr && each.notify != SIGEV_NONE && each.expiry.active && each.now() >= each.expiry.deadline) {
            timer = &each;
            each.begin_firing();
        }
    });
    return timer != nullptr ? Due::timer : Due::none;
}

// No more rounds than there can be timers that are due: what is set anew by its signal comes with the next look.
void TimerSet::look_at_cpu_time() {
    for (unsigned rounds = cpu_count + 4;; --rounds) {
        int signal = 0;
        PosixTimer* timer = nullptr;
        Due due = Due::none;
        {
            const SpinGuard guard{process.lock};
            due = rounds != 0 && !process.signals.group_exit ? find_due(signal, timer) : Due::none;
            if (due == Due::none) {
                if (!process.signals.group_exit) {
                    schedule();
                }
                return;
            }
        }
        if (due == Due::timer) {
            timer->fire();
        } else {
            (void)ports::process_timers::signals().send(process, kernel_signal(signal));
        }
    }
}

void CpuTick::on_expired(Nanoseconds) { set_.look_at_cpu_time(); }

void ProcessTimers::limit_changed(Process& process) {
    const auto has_limit = [&] {
        const SpinGuard guard{process.lock};
        return limit_in_time(process.limits.data()[RLIMIT_CPU].soft) != k_for_ever;
    };
    if (process.signals.timers == nullptr && !has_limit()) {
        return;
    }
    if (const Result<TimerSet*> set = set_of(process)) {
        const SpinGuard guard{process.lock};
        (*set)->schedule();
    }
}

}  // namespace phx::task
