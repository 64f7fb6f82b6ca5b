#include <task/posix_clocks/posix_clocks.hpp>

#include <base/panic.hpp>
#include <ports/posix_clocks.hpp>

namespace phx::task {
namespace {

// Numbers of CPU-time clocks (Linux include/linux/posix-timers_types.h, not in uapi): what is measured in the lowest bits, then whether it is a
// thread's, above it the complement of the number of that, or of 0.
constexpr int k_kind_mask = 3;
constexpr int k_user = 1;
constexpr int k_of_device = 3;
constexpr int k_of_thread = 4;
constexpr int k_id_shift = 3;

Result<NamedClock> find_cpu_clock(int number) {
    auto* processes = ports::posix_clocks::processes();
    if ((number & k_kind_mask) == k_of_device || processes == nullptr) {
        return Errno::inval;
    }
    const Pid id = ~(number >> k_id_shift);
    NamedClock clock{.user_only = (number & k_kind_mask) == k_user};
    if ((number & k_of_thread) != 0) {
        clock.kind = ClockKind::thread_cpu;
        clock.thread = id == 0 ? Ref<UserThread>{&current_user()} : processes->find_thread(id);
        if (!clock.thread || clock.thread->process != &current_process()) {
            return Errno::inval;
        }
    } else {
        clock.kind = ClockKind::process_cpu;
        clock.process = id == 0 ? Ref<Process>{&current_process()} : processes->find(id);
        if (!clock.process) {
            return Errno::inval;
        }
    }
    return clock;
}

}  // namespace

Result<NamedClock> find_clock(int number) {
    switch (number) {
        case CLOCK_REALTIME:
            return NamedClock{.kind = ClockKind::realtime};
        case CLOCK_MONOTONIC:
            return NamedClock{.kind = ClockKind::monotonic};
        case CLOCK_PROCESS_CPUTIME_ID:
            return NamedClock{.kind = ClockKind::process_cpu, .process = Ref<Process>{&current_process()}};
        case CLOCK_THREAD_CPUTIME_ID:
            return NamedClock{.kind = ClockKind::thread_cpu, .thread = Ref<UserThread>{&current_user()}};
        case CLOCK_MONOTONIC_RAW:
            return NamedClock{.kind = ClockKind::monotonic, .raw = true};
        case CLOCK_REALTIME_COARSE:
            return NamedClock{.kind = ClockKind::realtime, .coarse = true};
        case CLOCK_MONOTONIC_COARSE:
            return NamedClock{.kind = ClockKind::monotonic, .coarse = true};
        case CLOCK_BOOTTIME:
            return NamedClock{.kind = ClockKind::boottime};
        case CLOCK_TAI:
            return NamedClock{.kind = ClockKind::realtime, .tai = true};
        default:
            return number < 0 ? find_cpu_clock(number) : Result<NamedClock>{Errno::inval};
    }
}

Nanoseconds read_clock(ClockKind kind) {
    auto* clocks = ports::posix_clocks::clocks();
    ASSERT(clocks != nullptr);
    return kind == ClockKind::realtime ? clocks->realtime() : kind == ClockKind::boottime ? clocks->boottime() : clocks->monotonic();
}

Nanoseconds cpu_time(Process& process, bool user_only) {
    const SpinGuard guard{process.lock};
    return cpu_time_locked(process, user_only);
}

Nanoseconds cpu_time_locked(Process& process, bool user_only) {
    Nanoseconds sum = process.ended.user_time + (user_only ? Nanoseconds{} : process.ended.system_time);
    for (UserThread& thread : process.threads) {
        sum = sum + cpu_time_locked(thread) - (user_only ? thread.system_time : Nanoseconds{});
    }
    return sum;
}

Nanoseconds cpu_time(UserThread& thread) {
    if (&thread == current().user) {
        return cpu_time_locked(thread);
    }
    const SpinGuard guard{thread.process->lock};
    return cpu_time_locked(thread);
}

Nanoseconds cpu_time_locked(UserThread& thread) {
    auto* threads = ports::posix_clocks::threads();
    ASSERT(threads != nullptr);
    return thread.thread != nullptr ? threads->run_time(*thread.thread) : Nanoseconds{};
}

Nanoseconds read_clock(const NamedClock& clock) {
    switch (clock.kind) {
        case ClockKind::process_cpu:
            return cpu_time(*clock.process, clock.user_only);
        case ClockKind::thread_cpu:
            return cpu_time(*clock.thread);
        default:
            return read_clock(clock.kind);
    }
}

Nanoseconds to_monotonic(ClockKind kind, Nanoseconds time) {
    if (kind == ClockKind::monotonic || time == k_for_ever) {
        return time;
    }
    return saturating_add(read_clock(ClockKind::monotonic), time - read_clock(kind));
}

}  // namespace phx::task
