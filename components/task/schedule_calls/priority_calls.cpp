// getpriority(2), setpriority(2), ioprio_get(2), ioprio_set(2).
#include <algorithm>
#include <optional>

#include <linux/ioprio.h>
#include <arch/resource_abi.hpp>
#include <task/schedule_calls/schedule_calls.hpp>
#include <task/schedule_calls/targets.hpp>

namespace phx::task {

using namespace schedule_calls;

namespace {

Result<Whom> whom_of(int which, int process, int group, int user) {
    if (which == process) {
        return Whom::process;
    }
    if (which == group) {
        return Whom::group;
    }
    return which == user ? Result<Whom>{Whom::user} : Errno::inval;
}

// With the lock of the thread's process.
Result<void> set_nice(UserThread& user, int nice) {
    sched::Attributes wanted = user.thread->own_attributes;
    if (!is_same_user(user)) {
        return Errno::perm;
    }
    if (wanted.is_real_time()) {
        return {};  // kept by Linux for later; here a real-time thread has none
    }
    if (nice < wanted.nice && !own().has(CAP_SYS_NICE) && static_cast<std::uint64_t>(20 - nice) > user.process->limits[RLIMIT_NICE].soft) {
        return Errno::acces;
    }
    wanted.nice = static_cast<std::int8_t>(nice);
    return ports::schedule_calls::threads().set_attributes(*user.thread, wanted);
}

}  // namespace

// 20 - nice, so that no value looks like an error.
Result<std::int64_t> ScheduleCalls::sys_getpriority(int which, std::uint32_t who) {
    const Whom whom = TRY(whom_of(which, PRIO_PROCESS, PRIO_PGRP, PRIO_USER));
    std::int64_t best = 1;
    TRY(for_each_of(whom, who, [&best](UserThread& thread) { best = std::max<std::int64_t>(best, 20 - thread.thread->own_attributes.nice); }));
    return best;
}

// The last error of those that could not be changed, if any.
Result<void> ScheduleCalls::sys_setpriority(int which, std::uint32_t who, int nice) {
    const Whom whom = TRY(whom_of(which, PRIO_PROCESS, PRIO_PGRP, PRIO_USER));
    nice = std::clamp(nice, -20, 19);
    Errno error{};
    TRY(for_each_of(whom, who, [&](UserThread& thread) {
        if (const Result<void> set = set_nice(thread, nice); !set) {
            error = set.error();
        }
    }));
    return error;
}

Result<std::int64_t> ScheduleCalls::sys_ioprio_get(int which, Pid who) {
    const Whom whom = TRY(whom_of(which, IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP, IOPRIO_WHO_USER));
    std::optional<std::int64_t> best;  // the lowest value is the most urgent
    TRY(for_each_of(whom, static_cast<std::uint32_t>(who), [&best](UserThread& thread) {
        best = std::min<std::int64_t>(best.value_or(thread.io_priority), thread.io_priority);
    }));
    return *best;
}

Result<void> ScheduleCalls::sys_ioprio_set(int which, Pid who, int priority) {
    const Whom whom = TRY(whom_of(which, IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP, IOPRIO_WHO_USER));
    const int level = IOPRIO_PRIO_DATA(priority);
    switch (IOPRIO_PRIO_CLASS(priority)) {
    case IOPRIO_CLASS_RT:
        if (!own().has(CAP_SYS_ADMIN) && !own().has(CAP_SYS_NICE)) {
            return Errno::perm;
        }
        [[fallthrough]];
    case IOPRIO_CLASS_BE:
        if (level >= IOPRIO_NR_LEVELS) {
            return Errno::inval;
        }
        break;
    case IOPRIO_CLASS_IDLE:
        break;
    case IOPRIO_CLASS_NONE:
        if (level != 0) {
            return Errno::inval;
        }
        break;
    default:
        return Errno::inval;
    }
    Errno error{};
    TRY(for_each_of(whom, static_cast<std::uint32_t>(who), [&](UserThread& thread) {
        const Credentials* const other = thread.credentials.load(std::memory_order_relaxed);
        if (own().has(CAP_SYS_NICE) || (other != nullptr && (own().euid == other->uid || own().uid == other->uid))) {
            thread.io_priority = static_cast<std::uint16_t>(priority);
        } else {
            error = Errno::perm;
        }
    }));
    return error;
}

}  // namespace phx::task
