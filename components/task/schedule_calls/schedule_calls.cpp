#include <task/schedule_calls/schedule_calls.hpp>

#include <algorithm>

#include <arch/resource_abi.hpp>
#include <linux/sched.h>
#include <task/schedule_calls/targets.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {

using namespace schedule_calls;

namespace {

constexpr int k_reset_on_fork = SCHED_RESET_ON_FORK;

[[nodiscard]] int number_of(sched::Policy policy) {
    switch (policy) {
    case sched::Policy::normal:
        return SCHED_NORMAL;
    case sched::Policy::batch:
        return SCHED_BATCH;
    case sched::Policy::idle:
        return SCHED_IDLE;
    case sched::Policy::fifo:
        return SCHED_FIFO;
    case sched::Policy::round_robin:
        return SCHED_RR;
    }
    return SCHED_NORMAL;
}

Result<sched::Policy> policy_of(int number) {
    switch (number) {
    case SCHED_NORMAL:
        return sched::Policy::normal;
    case SCHED_BATCH:
        return sched::Policy::batch;
    case SCHED_IDLE:
        return sched::Policy::idle;
    case SCHED_FIFO:
        return sched::Policy::fifo;
    case SCHED_RR:
        return sched::Policy::round_robin;
    default:
        return Errno::inval;
    }
}

// sched(7), "Privileges and resource limits": with the lock of the thread's process.
Result<void> change(UserThread& user, Thread& thread, const sched::Attributes& wanted) {
    const sched::Attributes before = thread.own_attributes;
    if (!own().has(CAP_SYS_NICE)) {
        if (!is_same_user(user)) {
            return Errno::perm;
        }
        const std::uint64_t most = user.process->limits[RLIMIT_RTPRIO].soft;
        if (wanted.is_real_time() && ((wanted.policy != before.policy && most == 0) || (wanted.priority > before.priority && wanted.priority > most))) {
            return Errno::perm;
        }
        const auto may_be = [&user](int nice) { return static_cast<std::uint64_t>(20 - nice) <= user.process->limits[RLIMIT_NICE].soft; };
        if (!wanted.is_real_time() && wanted.nice < before.nice && !may_be(wanted.nice)) {
            return Errno::perm;
        }
        if (before.policy == sched::Policy::idle && wanted.policy != sched::Policy::idle && !may_be(before.nice)) {
            return Errno::perm;  // SCHED_IDLE is as if it were nicer still
        }
    }
    return ports::schedule_calls::threads().set_attributes(thread, wanted);
}

Result<void> set(Pid tid, int policy, int priority) {
    const sched::Policy wanted = TRY(policy_of(policy & ~k_reset_on_fork));
    return with_thread(tid, [&](UserThread& user, Thread& thread) -> Result<void> {
        sched::Attributes attributes{.policy = wanted, .nice = thread.own_attributes.nice};
        const bool fits = attributes.is_real_time() ? priority >= 1 && priority <= 99 : priority == 0;
        if (!fits) {
            return Errno::inval;
        }
        attributes.nice = attributes.is_real_time() ? std::int8_t{0} : attributes.nice;
        attributes.priority = static_cast<std::uint8_t>(priority);
        return change(user, thread, attributes);
    });
}

}  // namespace

Result<void> ScheduleCalls::sys_sched_yield() {
    ports::schedule_calls::threads().yield();
    return {};
}

// Of as many CPUs as there can be; how many bytes were written.
Result<std::size_t> ScheduleCalls::sys_sched_getaffinity(Pid tid, std::size_t size, UserPtr<void> to) {
    if (size < sizeof(sched::CpuMask) || size % sizeof(std::uint64_t) != 0) {
        return Errno::inval;
    }
    if (tid < 0) {
        return Errno::srch;
    }
    auto* cpus = ports::schedule_calls::cpus();
    const sched::CpuMask online = cpus != nullptr ? cpus->online() : 1;
    const auto mask = with_thread(tid, [](UserThread&, Thread& thread) { return Result<sched::CpuMask>{thread.wanted_affinity}; });
    TRY(vm::write(to.as<sched::CpuMask>(), TRY(mask) & online));
    return sizeof(sched::CpuMask);
}

Result<void> ScheduleCalls::sys_sched_setaffinity(Pid tid, std::size_t size, UserPtr<const void> from) {
    sched::CpuMask mask = 0;
    TRY(vm::copy_in(&mask, UserAddr{from.address().value()}, std::min(size, sizeof mask)));
    if (tid < 0) {
        return Errno::srch;
    }
    return with_thread(tid, [mask](UserThread& user, Thread& thread) -> Result<void> {
        if (!is_same_user(user)) {
            return Errno::perm;
        }
        return ports::schedule_calls::threads().set_affinity(thread, mask);
    });
}

Result<std::int64_t> ScheduleCalls::sys_sched_getscheduler(Pid tid) {
    return with_thread(tid, [](UserThread&, Thread& thread) { return Result<std::int64_t>{number_of(thread.own_attributes.policy)}; });
}

Result<void> ScheduleCalls::sys_sched_setscheduler(Pid tid, int policy, UserPtr<const std::int32_t> priority) {
    if (policy < 0 || priority.is_null()) {
        return Errno::inval;
    }
    return set(tid, policy, TRY(vm::read(priority)));
}

Result<void> ScheduleCalls::sys_sched_getparam(Pid tid, UserPtr<std::int32_t> priority) {
    if (priority.is_null()) {
        return Errno::inval;
    }
    const auto found = with_thread(tid, [](UserThread&, Thread& thread) { return Result<std::int32_t>{thread.own_attributes.priority}; });
    return vm::write(priority, TRY(found));
}

Result<void> ScheduleCalls::sys_sched_setparam(Pid tid, UserPtr<const std::int32_t> priority) {
    if (priority.is_null()) {
        return Errno::inval;
    }
    return set(tid, static_cast<int>(TRY(sys_sched_getscheduler(tid))), TRY(vm::read(priority)));
}

// uapi linux/sched/types.h: structs of several sizes; the first is 48 bytes.
Result<void> ScheduleCalls::sys_sched_getattr(Pid tid, UserPtr<void> to, std::uint32_t size, std::uint32_t flags) {
    if (to.is_null() || flags != 0 || size < SCHED_ATTR_SIZE_VER0 || size > k_page_size) {
        return Errno::inval;
    }
    const auto found = with_thread(tid, [](UserThread&, Thread& thread) { return Result<sched::Attributes>{thread.own_attributes}; });
    const sched::Attributes attributes = TRY(found);
    struct sched_attr attr {};
    const std::size_t given = std::min<std::size_t>(size, sizeof attr);
    attr.size = static_cast<std::uint32_t>(given);
    attr.sched_policy = static_cast<std::uint32_t>(number_of(attributes.policy));
    attr.sched_nice = attributes.nice;
    attr.sched_priority = attributes.priority;
    return vm::copy_out(to.address(), &attr, given);
}

Result<void> ScheduleCalls::sys_sched_setattr(Pid tid, UserPtr<void> from, std::uint32_t flags) {
    if (from.is_null() || flags != 0 || tid < 0) {
        return Errno::inval;
    }
    struct sched_attr attr {};
    const std::uint32_t said = TRY(vm::read(from.as<std::uint32_t>()));
    const std::size_t size = said != 0 ? said : SCHED_ATTR_SIZE_VER0;
    bool fits = size >= SCHED_ATTR_SIZE_VER0 && size <= k_page_size;
    for (std::size_t at = sizeof attr; fits && at < size; ++at) {
        fits = TRY(vm::read(from.as<std::uint8_t>() + at)) == 0;  // what is not known here must not be asked for
    }
    if (!fits) {
        TRY(vm::write(from.as<std::uint32_t>(), std::uint32_t{sizeof attr}));
        return Errno::toobig;
    }
    TRY(vm::copy_in(&attr, from.address(), std::min(size, sizeof attr)));
    const sched::Policy policy = TRY(policy_of(static_cast<int>(attr.sched_policy)));
    sched::Attributes wanted{.policy = policy};
    if (wanted.is_real_time() ? attr.sched_priority < 1 || attr.sched_priority > 99 : attr.sched_priority != 0) {
        return Errno::inval;
    }
    if ((attr.sched_flags & ~std::uint64_t{SCHED_FLAG_RESET_ON_FORK}) != 0) {
        return Errno::inval;
    }
    wanted.priority = static_cast<std::uint8_t>(attr.sched_priority);
    wanted.nice = wanted.is_real_time() ? std::int8_t{0} : static_cast<std::int8_t>(std::clamp(attr.sched_nice, -20, 19));
    return with_thread(tid, [&wanted](UserThread& user, Thread& thread) { return change(user, thread, wanted); });
}

Result<std::int64_t> ScheduleCalls::sys_sched_get_priority_min(int policy) {
    return sched::Attributes{.policy = TRY(policy_of(policy))}.is_real_time() ? 1 : 0;
}

Result<std::int64_t> ScheduleCalls::sys_sched_get_priority_max(int policy) {
    return sched::Attributes{.policy = TRY(policy_of(policy))}.is_real_time() ? 99 : 0;
}

// Linux's default; a scheduler's own is its own affair.
Result<void> ScheduleCalls::sys_sched_rr_get_interval(Pid tid, UserPtr<__kernel_timespec> to) {
    const std::int64_t policy = TRY(sys_sched_getscheduler(tid));
    return vm::write(to, __kernel_timespec{.tv_sec = 0, .tv_nsec = policy == SCHED_FIFO ? 0 : policy == SCHED_RR ? 100'000'000 : 4'000'000});
}

}  // namespace phx::task
