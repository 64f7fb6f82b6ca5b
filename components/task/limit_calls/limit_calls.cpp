#include <task/limit_calls/limit_calls.hpp>

#include <algorithm>

#include <arch/resource_abi.hpp>
#include <linux/capability.h>
#include <ports/limit_calls.hpp>
#include <task/interfaces/rusage.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

static_assert(RLIM_NLIMITS == k_limits);

// In ticks of USER_HZ, 100 a second.
[[nodiscard]] std::int64_t ticks(Nanoseconds time) { return time.count() / 10'000'000; }

// prlimit(2): another process's only if all its user and group numbers are the caller's real ones.
[[nodiscard]] Result<void> may_limit(Process& process) {
    const Credentials& who = *current_user().credentials.load(std::memory_order_relaxed);
    if (&process == &current_process() || who.has(CAP_SYS_RESOURCE)) {
        return {};
    }
    const SpinGuard guard{process.lock};
    if (process.leader == nullptr) {
        return Errno::srch;  // reaped since it was found
    }
    const Credentials* const other = process.leader->credentials.load(std::memory_order_relaxed);
    const bool may = other != nullptr && who.uid == other->uid && who.uid == other->euid && who.uid == other->suid && who.gid == other->gid &&
           who.gid == other->egid && who.gid == other->sgid;
    return may ? Result<void>{} : Errno::perm;
}

}  // namespace

Result<void> LimitCalls::sys_prlimit64(Pid pid, std::uint32_t which, UserPtr<const LimitPair> wanted, UserPtr<LimitPair> before) {
    if (which >= k_limits) {
        return Errno::inval;
    }
    LimitPair pair{};
    if (!wanted.is_null()) {
        pair = TRY(vm::read(wanted));
        if (pair.soft > pair.hard) {
            return Errno::inval;
        }
        if (which == RLIMIT_NOFILE && pair.hard > 1'048'576) {  // fs.nr_open
            return Errno::perm;
        }
    }
    const Ref<Process> process = pid == 0 ? Ref<Process>{&current_process()} : ports::limit_calls::processes().find(pid);
    if (!process) {
        return Errno::srch;
    }
    TRY(may_limit(*process));
    const bool may_raise = current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_RESOURCE);
    LimitPair old{};
    {
        const SpinGuard guard{process->lock};
        Limit& limit = process->limits[which];
        old = {limit.soft, limit.hard};
        if (!wanted.is_null()) {
            if (pair.hard > limit.hard && !may_raise) {
                return Errno::perm;
            }
            limit = {pair.soft, pair.hard};
        }
    }
    return before.is_null() ? Result<void>{} : vm::write(before, old);
}

Result<void> LimitCalls::sys_getrusage(int who, UserPtr<void> to) {
    Process& process = current_process();
    Usage usage;
    switch (who) {
    case RUSAGE_SELF:
        usage = ports::limit_calls::processes().usage(process);
        break;
    case RUSAGE_CHILDREN: {
        const SpinGuard guard{process.lock};
        usage = process.children_usage;
        break;
    }
    case RUSAGE_THREAD: {
        const UserThread& thread = current_user();
        usage.system_time = thread.system_time;
        usage.user_time = std::max(current().run_time - thread.system_time, Nanoseconds{});
        usage.minor_faults = thread.minor_faults;
        usage.major_faults = thread.major_faults;
        usage.switches = current().switches;
        break;
    }
    default:
        return Errno::inval;
    }
    return vm::write(to.as<uapi::rusage>(), to_rusage(usage));
}

Result<std::int64_t> LimitCalls::sys_times(UserPtr<Times> to) {
    Process& process = current_process();
    const Usage own = ports::limit_calls::processes().usage(process);
    Usage children;
    {
        const SpinGuard guard{process.lock};
        children = process.children_usage;
    }
    if (!to.is_null()) {
        TRY(vm::write(to, Times{ticks(own.user_time), ticks(own.system_time), ticks(children.user_time), ticks(children.system_time)}));
    }
    auto* clock = ports::limit_calls::clock();
    return clock != nullptr ? ticks(clock->now()) : 0;
}

}  // namespace phx::task
