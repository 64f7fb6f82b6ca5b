// Telling the time, setting it, and sleeping (time(7)).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/time_abi.hpp>
#include <base/user.hpp>
#include <locks/time_calls.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>
#include <task/interfaces/signal.hpp>
#include <task/posix_clocks/posix_clocks.hpp>

namespace phx::task {

class TimeCalls {
public:
    constexpr TimeCalls() = default;

    Result<void> sys_clock_gettime(int number, UserPtr<__kernel_timespec> to);
    Result<void> sys_clock_settime(int number, UserPtr<const __kernel_timespec> from);
    Result<void> sys_clock_getres(int number, UserPtr<__kernel_timespec> to);
    Result<void> sys_clock_nanosleep(int number, int flags, UserPtr<const __kernel_timespec> request, UserPtr<__kernel_timespec> left);
    Result<void> sys_nanosleep(UserPtr<const __kernel_timespec> request, UserPtr<__kernel_timespec> left);
    Result<void> sys_gettimeofday(UserPtr<__kernel_old_timeval> to, UserPtr<struct uapi::timezone> zone);
    Result<void> sys_settimeofday(UserPtr<const __kernel_old_timeval> from, UserPtr<const struct uapi::timezone> zone);
    Result<int> sys_adjtimex(UserPtr<struct uapi::__kernel_timex> record);
    Result<int> sys_clock_adjtime(int number, UserPtr<struct uapi::__kernel_timex> record);

private:
    Result<void> set_realtime(Nanoseconds time);

    // Until then, or a signal comes.
    static WaitEnd sleep(Nanoseconds deadline);
    WaitEnd sleep_to_realtime(Nanoseconds deadline);
    static WaitEnd sleep_to_cpu_time(const NamedClock& clock, Nanoseconds deadline);
    static Result<void> sleep_for(Nanoseconds span, UserPtr<__kernel_timespec> left);
    static Result<void> sleep_or_say(Nanoseconds deadline, UserPtr<__kernel_timespec> left);
    static Result<std::int64_t> sleep_again(const RestartBlock& block);

    Result<int> adjust(struct uapi::__kernel_timex& record);

    SpinLock lock_{locks::time_calls::changes};
    std::uint32_t changes_ __attribute__((guarded_by(lock_))) = 0;  // how often the time was set
    WaitQueue realtime_sleepers_{"realtime"};                       // guarded by lock_
    // What adjtimex(2) keeps for those who keep the time right. Guarded by lock_.
    int status_ = STA_UNSYNC;
    std::int64_t max_error_ = 16'000'000;  // microseconds, Linux's NTP_PHASE_LIMIT
    std::int64_t estimated_error_ = 16'000'000;
    std::int64_t time_constant_ = 2;
    struct uapi::timezone zone_{};
    bool zone_set_ = false;
};

}  // namespace phx::task
