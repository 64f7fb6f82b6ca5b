// Timers of programs (setitimer(2), timer_create(2), getrlimit(2) RLIMIT_CPU).
#pragma once

#include <base/result.hpp>
#include <base/user.hpp>
#include <locks/process_timers.hpp>
#include <sync/spinlock.hpp>
#include <task/process_timers/timer_set.hpp>

namespace phx::task {

class ProcessTimers {
public:
    constexpr ProcessTimers() = default;

    // TimerSets
    void on_exec(Process& process);
    void limit_changed(Process& process);
    void clock_was_set();
    void end(Process& process);

    // System calls
    Result<void> sys_getitimer(int which, UserPtr<struct uapi::itimerval> to);
    Result<void> sys_setitimer(int which, UserPtr<const struct uapi::itimerval> from, UserPtr<struct uapi::itimerval> old);
    Result<void> sys_timer_create(int clock, UserPtr<const struct uapi::sigevent> event, UserPtr<int> id);
    Result<void> sys_timer_settime(int id, int flags, UserPtr<const __kernel_itimerspec> from, UserPtr<__kernel_itimerspec> old);
    Result<void> sys_timer_gettime(int id, UserPtr<__kernel_itimerspec> to);
    Result<int> sys_timer_getoverrun(int id);
    Result<void> sys_timer_delete(int id);

    // Those that go by CLOCK_REALTIME; with the lock of their process held.
    void follow(PosixTimer& timer);
    void unfollow(PosixTimer& timer);

private:
    Result<TimerSet*> set_of(Process& process);
    static void destroy(PosixTimer& timer, TimerSet& set);
    static void destroy_all(TimerSet& set);

    SpinLock lock_{locks::process_timers::realtime};
    IntrusiveList<PosixTimer> realtime_ __attribute__((guarded_by(lock_)));
};

}  // namespace phx::task
