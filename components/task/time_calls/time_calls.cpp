#include <task/time_calls/time_calls.hpp>

#include <linux/capability.h>

#include <ports/time_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

// As Linux says of coarse clocks with CONFIG_HZ=250, which is Debian's; ours are better than that.
constexpr Nanoseconds k_coarse{4'000'000};

[[nodiscard]] bool may_set_time() { return current_user().credentials.load()->has(CAP_SYS_TIME); }

}  // namespace

Result<void> TimeCalls::sys_clock_gettime(int number, UserPtr<__kernel_timespec> to) {
    if (number == CLOCK_MONOTONIC || number == CLOCK_REALTIME) [[likely]] {
        const auto& clocks = ports::time_calls::clocks();
        return vm::write(to, to_timespec(number == CLOCK_MONOTONIC ? clocks.monotonic() : clocks.realtime()));
    }
    const NamedClock clock = TRY(find_clock(number));
    return vm::write(to, to_timespec(read_clock(clock)));
}

Result<void> TimeCalls::sys_clock_getres(int number, UserPtr<__kernel_timespec> to) {
    const NamedClock clock = TRY(find_clock(number));
    return to.is_null() ? Result<void>{} : vm::write(to, to_timespec(clock.coarse ? k_coarse : Nanoseconds{1}));
}

Result<void> TimeCalls::sys_clock_settime(int number, UserPtr<const __kernel_timespec> from) {
    if (number < 0) {
        TRY(find_clock(number));
        return Errno::perm;
    }
    if (number != CLOCK_REALTIME) {
        return Errno::inval;
    }
    const __kernel_timespec time = TRY(vm::read(from));
    const Nanoseconds wanted = TRY(to_nanoseconds(time));
    if (!may_set_time()) {
        return Errno::perm;
    }
    return set_realtime(wanted);
}

// Whoever sleeps or has a timer to a time of day looks again.
Result<void> TimeCalls::set_realtime(Nanoseconds time) {
    if (time == k_for_ever) {
        return Errno::inval;
    }
    TRY(ports::time_calls::clocks().set_realtime(time));
    {
        SpinGuard guard{lock_};
        ++changes_;
        realtime_sleepers_.wake_all(guard);
    }
    if (auto* timers = ports::time_calls::timers()) {
        timers->clock_was_set();
    }
    return {};
}

Result<void> TimeCalls::sys_gettimeofday(UserPtr<__kernel_old_timeval> to, UserPtr<struct uapi::timezone> zone) {
    if (!to.is_null()) {
        TRY(vm::write(to, to_timeval(ports::time_calls::clocks().realtime())));
    }
    if (!zone.is_null()) {
        struct uapi::timezone copy;
        {
            const SpinGuard guard{lock_};
            copy = zone_;
        }
        TRY(vm::write(zone, copy));
    }
    return {};
}

// The first zone that comes without a time says that the clock was local time until now (settimeofday(2), NOTES).
Result<void> TimeCalls::sys_settimeofday(UserPtr<const __kernel_old_timeval> from, UserPtr<const struct uapi::timezone> zone) {
    Nanoseconds wanted;
    if (!from.is_null()) {
        const __kernel_old_timeval time = TRY(vm::read(from));
        wanted = TRY(to_nanoseconds(time));
    }
    struct uapi::timezone wanted_zone{};
    if (!zone.is_null()) {
        wanted_zone = TRY(vm::read(zone));
    }
    if (!may_set_time()) {
        return Errno::perm;
    }
    if (!zone.is_null()) {
        constexpr int most = 15 * 60;
        if (wanted_zone.tz_minuteswest > most || wanted_zone.tz_minuteswest < -most) {
            return Errno::inval;
        }
        bool first = false;
        {
            const SpinGuard guard{lock_};
            zone_ = wanted_zone;
            first = !zone_set_;
            zone_set_ = true;
        }
        if (first && from.is_null() && wanted_zone.tz_minuteswest != 0) {
            return set_realtime(ports::time_calls::clocks().realtime() + Nanoseconds{wanted_zone.tz_minuteswest * 60 * k_ns_per_second});
        }
    }
    return from.is_null() ? Result<void>{} : set_realtime(wanted);
}

}  // namespace phx::task
