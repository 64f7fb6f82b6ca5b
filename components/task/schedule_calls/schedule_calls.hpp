// sched(7), setpriority(2), ioprio_set(2).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>
#include <linux/time_types.h>
#include <task/interfaces/process.hpp>
#include <task/schedule_calls/abi.hpp>

namespace phx::task {

class ScheduleCalls {
public:
    constexpr ScheduleCalls() = default;

    Result<void> sys_sched_yield();
    Result<std::size_t> sys_sched_getaffinity(Pid tid, std::size_t size, UserPtr<void> to);
    Result<void> sys_sched_setaffinity(Pid tid, std::size_t size, UserPtr<const void> from);
    Result<std::int64_t> sys_sched_getscheduler(Pid tid);
    Result<void> sys_sched_setscheduler(Pid tid, int policy, UserPtr<const std::int32_t> priority);
    Result<void> sys_sched_getparam(Pid tid, UserPtr<std::int32_t> priority);
    Result<void> sys_sched_setparam(Pid tid, UserPtr<const std::int32_t> priority);
    Result<void> sys_sched_getattr(Pid tid, UserPtr<void> to, std::uint32_t size, std::uint32_t flags);
    Result<void> sys_sched_setattr(Pid tid, UserPtr<void> from, std::uint32_t flags);
    Result<std::int64_t> sys_sched_get_priority_min(int policy);
    Result<std::int64_t> sys_sched_get_priority_max(int policy);
    Result<void> sys_sched_rr_get_interval(Pid tid, UserPtr<__kernel_timespec> to);
    Result<std::int64_t> sys_getpriority(int which, std::uint32_t who);
    Result<void> sys_setpriority(int which, std::uint32_t who, int nice);
    Result<std::int64_t> sys_ioprio_get(int which, Pid who);
    Result<void> sys_ioprio_set(int which, Pid who, int priority);
};

}  // namespace phx::task
