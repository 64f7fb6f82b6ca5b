// adjtimex(2): what keeps the time right leaves its notes here, and may set the clock. Its rate is fixed.
#include <task/time_calls/time_calls.hpp>

#include <linux/capability.h>

#include <ports/time_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

constexpr unsigned k_adjtime = 0x8000;    // within ADJ_OFFSET_SINGLESHOT
constexpr unsigned k_read_only = 0x2000;  // within ADJ_OFFSET_SS_READ; elsewhere that bit is ADJ_NANO
constexpr std::int64_t k_tick = 10'000;   // microseconds
constexpr std::int64_t k_tolerance = 32'768'000;  // 500 parts in a million, in their 65536ths

// What cannot be done, unless it changes nothing.
[[nodiscard]] bool would_slew(const struct uapi::__kernel_timex& record) {
    const unsigned modes = record.modes;
    return ((modes & ADJ_OFFSET) != 0 && record.offset != 0) || ((modes & ADJ_FREQUENCY) != 0 && record.freq != 0) ||
           ((modes & ADJ_TICK) != 0 && record.tick != k_tick) || ((modes & ADJ_TAI) != 0 && record.constant != 0);
}

}  // namespace

Result<int> TimeCalls::sys_adjtimex(UserPtr<struct uapi::__kernel_timex> at) {
    vm::Zeroed<struct uapi::__kernel_timex> record;
    TRY(vm::read(at, record));
    const int state = TRY(adjust(*record));
    TRY(vm::write(at, record));
    return state;
}

Result<int> TimeCalls::sys_clock_adjtime(int number, UserPtr<struct uapi::__kernel_timex> at) {
    const NamedClock clock = TRY(find_clock(number));
    if (clock.kind != ClockKind::realtime || clock.coarse || clock.tai) {
        return Errno::opnotsupp;
    }
    return sys_adjtimex(at);
}

Result<int> TimeCalls::adjust(struct uapi::__kernel_timex& record) {
    const bool may_set = current_user().credentials.load()->has(CAP_SYS_TIME);
    unsigned modes = record.modes;
    const bool old_fashioned = (modes & k_adjtime) != 0;
    if (old_fashioned) {
        if ((modes & ADJ_OFFSET) == 0) {
            return Errno::inval;
        }
        if ((modes & k_read_only) != 0) {
            modes = 0;
        }
    }
    if (modes != 0 && !may_set) {
        return Errno::perm;
    }
    if ((modes & ADJ_TICK) != 0 && (record.tick < k_tick - k_tick / 10 || record.tick > k_tick + k_tick / 10)) {
        return Errno::inval;
    }
    if (would_slew(record) && modes != 0) {
        return Errno::opnotsupp;
    }
    if (!old_fashioned && (modes & ADJ_SETOFFSET) != 0) {
        const std::int64_t unit = (modes & ADJ_NANO) != 0 ? 1 : k_ns_per_microsecond;
        if (record.time.tv_usec < 0 || record.time.tv_usec >= k_ns_per_second / unit) {
            return Errno::inval;
        }
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / k_ns_per_second / 2;
        if (record.time.tv_sec > most || record.time.tv_sec < -most) {
            return Errno::inval;
        }
        const Nanoseconds by{record.time.tv_sec * k_ns_per_second + record.time.tv_usec * unit};
        TRY(set_realtime(saturating_add(ports::time_calls::clocks().realtime(), by)));
    }
    const SpinGuard guard{lock_};
    if (!old_fashioned && modes != 0) {
        if ((modes & ADJ_STATUS) != 0) {
            status_ = (status_ & STA_RONLY) | (record.status & ~STA_RONLY);
        }
        if ((modes & ADJ_NANO) != 0) {
            status_ |= STA_NANO;
        }
        if ((modes & ADJ_MICRO) != 0) {
            status_ &= ~STA_NANO;
        }
        if ((modes & ADJ_MAXERROR) != 0) {
            max_error_ = record.maxerror;
        }
        if ((modes & ADJ_ESTERROR) != 0) {
            estimated_error_ = record.esterror;
        }
        if ((modes & ADJ_TIMECONST) != 0) {
            time_constant_ = record.constant;
        }
    }
    const unsigned asked = record.modes;
    const Nanoseconds time = ports::time_calls::clocks().realtime();
    __builtin_memset(&record, 0, sizeof record);  // its holes too
    record.modes = asked;
    record.status = status_;
    record.maxerror = max_error_;
    record.esterror = estimated_error_;
    record.constant = time_constant_;
    record.precision = 1;
    record.tolerance = k_tolerance;
    record.tick = k_tick;
    record.time.tv_sec = time.count() / k_ns_per_second;
    record.time.tv_usec = time.count() % k_ns_per_second / ((status_ & STA_NANO) != 0 ? 1 : k_ns_per_microsecond);
    return (status_ & (STA_UNSYNC | STA_CLOCKERR)) != 0 ? TIME_ERROR : TIME_OK;
}

}  // namespace phx::task
