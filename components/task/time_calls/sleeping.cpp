// nanosleep(2), clock_nanosleep(2).
#include <task/time_calls/time_calls.hpp>

#include <algorithm>

#include <ports/time_calls.hpp>
#include <sync/parking.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

constexpr std::uint32_t k_called_by = arch::k_signal_pending | arch::k_ending;

[[nodiscard]] Nanoseconds now() { return read_clock(ClockKind::monotonic); }

}  // namespace

// Nobody but the timer and signals wakes it, and they need no lock of ours.
[[clang::no_thread_safety_analysis]] WaitEnd TimeCalls::sleep(Nanoseconds deadline) {
    SpinLock lock{locks::time_calls::sleep};
    SpinGuard guard{lock};
    WaitEnd end = WaitEnd::woken;
    while (end == WaitEnd::woken) {
        end = sync::park_until_unless(guard, "sleep", deadline, k_called_by);
    }
    return end;
}

[[clang::no_thread_safety_analysis]] WaitEnd TimeCalls::sleep_to_realtime(Nanoseconds deadline) {
    SpinGuard guard{lock_};
    while (read_clock(ClockKind::realtime) < deadline) {
        const std::uint32_t seen = changes_;
        const auto was_set = [&]() __attribute__((no_thread_safety_analysis)) { return changes_ != seen; };
        const WaitEnd end = realtime_sleepers_.wait_interruptible_until(guard, to_monotonic(ClockKind::realtime, deadline), was_set);
        if (end == WaitEnd::interrupted) {
            return end;
        }
    }
    return WaitEnd::timed_out;
}

// There is no event for that. It looks again when the time can be up at the earliest, with all CPUs at work for it; and ever less often as
// long as nothing runs.
WaitEnd TimeCalls::sleep_to_cpu_time(const NamedClock& clock, Nanoseconds deadline) {
    constexpr std::int64_t k_least = 1'000'000;
    constexpr std::int64_t k_most = 64'000'000;
    std::int64_t pause = k_least;
    for (Nanoseconds before;;) {
        const Nanoseconds used = read_clock(clock);
        if (used >= deadline) {
            return WaitEnd::timed_out;
        }
        pause = used == before ? std::min(2 * pause, k_most) : k_least;
        before = used;
        const std::int64_t earliest = (deadline - used).count() / types::CpuModel::max_cpus;
        if (sleep(saturating_add(now(), Nanoseconds{std::max(pause, earliest)})) == WaitEnd::interrupted) {
            return WaitEnd::interrupted;
        }
    }
}

// To be gone on with until the same point in time, so that interruptions do not make it longer.
Result<void> TimeCalls::sleep_or_say(Nanoseconds deadline, UserPtr<__kernel_timespec> left) {
    if (sleep(deadline) != WaitEnd::interrupted) {
        return {};
    }
    const Nanoseconds rest = deadline - now();
    if (rest <= Nanoseconds{}) {
        return {};
    }
    if (!left.is_null()) {
        TRY(vm::write(left, to_timespec(rest)));
    }
    return ports::time_calls::signals().restart_later(
        {.function = &sleep_again, .words = {static_cast<std::uint64_t>(deadline.count()), left.address().value()}});
}

Result<std::int64_t> TimeCalls::sleep_again(const RestartBlock& block) {
    TRY(sleep_or_say(Nanoseconds{static_cast<std::int64_t>(block.words[0])}, UserPtr<__kernel_timespec>{block.words[1]}));
    return 0;
}

Result<void> TimeCalls::sleep_for(Nanoseconds span, UserPtr<__kernel_timespec> left) { return sleep_or_say(saturating_add(now(), span), left); }

Result<void> TimeCalls::sys_nanosleep(UserPtr<const __kernel_timespec> request, UserPtr<__kernel_timespec> left) {
    const __kernel_timespec time = TRY(vm::read(request));
    return sleep_for(TRY(to_nanoseconds(time)), left);
}

// A relative sleep is not moved by setting a clock, whichever clock it names (clock_nanosleep(2)).
Result<void> TimeCalls::sys_clock_nanosleep(int number, int flags, UserPtr<const __kernel_timespec> request, UserPtr<__kernel_timespec> left) {
    const NamedClock clock = TRY(find_clock(number));
    if (clock.coarse || clock.raw || number == CLOCK_THREAD_CPUTIME_ID) {
        return Errno::opnotsupp;
    }
    const __kernel_timespec time = TRY(vm::read(request));
    const Nanoseconds wanted = TRY(to_nanoseconds(time));
    const bool absolute = (flags & TIMER_ABSTIME) != 0;
    if (clock.kind == ClockKind::thread_cpu && clock.thread.get() == &current_user()) {
        return Errno::inval;
    }
    if (!clock.is_cpu_time() && !absolute) {
        return sleep_for(wanted, left);
    }
    WaitEnd end = WaitEnd::timed_out;
    if (clock.is_cpu_time()) {
        end = sleep_to_cpu_time(clock, absolute ? wanted : saturating_add(read_clock(clock), wanted));
    } else if (clock.kind == ClockKind::realtime) {
        end = sleep_to_realtime(wanted);
    } else {
        end = sleep(to_monotonic(clock.kind, wanted));
    }
    if (end != WaitEnd::interrupted) {
        return {};
    }
    return absolute ? Errno::restart_no_hand : Errno::intr;
}

}  // namespace phx::task
