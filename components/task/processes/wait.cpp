// wait4(2) and waitid(2).
#include <task/processes/processes.hpp>

#include <arch/signal_abi.hpp>
#include <arch/resource_abi.hpp>
#include <linux/wait.h>
#include <ports/processes.hpp>
#include <task/interfaces/rusage.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

[[nodiscard]] bool matches(const Process& child, const WaitRequest& request) {
    if ((request.which == WaitRequest::Which::pid && child.pid != request.id) ||
        (request.which == WaitRequest::Which::group && child.group != request.id)) {
        return false;
    }
    // A child that tells its end by another signal, or none, is a "clone" (wait(2), Linux notes).
    const bool is_clone = child.exit_signal != SIGCHLD;
    return (request.options & __WALL) != 0 || is_clone == ((request.options & __WCLONE) != 0);
}

}  // namespace

// One child that has something to tell.
bool ProcessTree::take(Process& child, const WaitRequest& request, WaitResult& result, Process*& reaped) {
    const bool keeps = (request.options & WNOWAIT) != 0;
    if (child.state == ProcessState::zombie && (request.options & WEXITED) != 0) {
        result.status = child.exit_status;
    } else if (child.stop_untold && (request.options & WSTOPPED) != 0) {
        result.status = child.stop_signal << 8 | 0x7f;
        child.stop_untold = keeps;
    } else if (child.continue_untold && (request.options & WCONTINUED) != 0) {
        result.status = 0xffff;
        child.continue_untold = keeps;
    } else {
        return false;
    }
    result.pid = child.pid;
    {
        const InnerSpinGuard guard{child.lock};
        result.uid = child.leader->credentials.load(std::memory_order_relaxed)->uid;
        result.usage = child.ended;
        result.usage.add(child.children_usage);
    }
    if (child.state == ProcessState::zombie && !keeps) {
        Process& self = *child.parent;
        {
            const InnerSpinGuard guard{self.lock};
            self.children_usage.add(result.usage);
        }
        remove(child);
        reaped = &child;
    }
    return true;
}

ProcessTree::Look ProcessTree::look(Process& self, const WaitRequest& request, WaitResult& result, Process*& reaped) {
    Look seen = Look::nothing;
    if (request.which == WaitRequest::Which::pid) {
        Process* const child = process_of(request.id);
        if (child != nullptr && child->parent == &self && matches(*child, request)) {
            seen = take(*child, request, result, reaped) ? Look::found : Look::waiting;
        }
        return seen;
    }
    for (Process::Child& node : self.children) {
        if (!matches(*node.process, request)) {
            continue;
        }
        if (take(*node.process, request, result, reaped)) {
            return Look::found;
        }
        seen = Look::waiting;
    }
    return seen;
}

Result<WaitResult> ProcessTree::wait(const WaitRequest& request) {
    Process& self = current_process();
    WaitResult result;
    Process* reaped = nullptr;
    Look seen = Look::nothing;
    const bool may_wait = (request.options & WNOHANG) == 0;
    SpinGuard guard{lock_};
    const bool done = self.waiters.wait_interruptible(guard, [&]() __attribute__((no_thread_safety_analysis)) {
        seen = look(self, request, result, reaped);
        return seen != Look::waiting || !may_wait;
    });
    guard.unlock();
    if (reaped != nullptr) {
        drop_reaped(*reaped);
    }
    if (!done) {
        return Errno::restart_sys;
    }
    return seen == Look::nothing ? Result<WaitResult>{Errno::child} : result;
}

Result<Pid> ProcessTree::sys_wait4(Pid pid, UserPtr<int> status, std::uint32_t options, UserPtr<void> usage) {
    constexpr std::uint32_t k_known = WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL;
    if ((options & ~k_known) != 0) {
        return Errno::inval;
    }
    if (pid == INT32_MIN) {
        return Errno::srch;
    }
    WaitRequest request{.options = options | WEXITED};
    if (pid > 0) {
        request.which = WaitRequest::Which::pid;
        request.id = pid;
    } else if (pid != -1) {
        request.which = WaitRequest::Which::group;
        request.id = pid == 0 ? current_process().group : -pid;
    }
    const WaitResult result = TRY(wait(request));
    if (result.pid != 0 && !status.is_null()) {
        TRY(vm::write(status, result.status));
    }
    if (result.pid != 0 && !usage.is_null()) {
        TRY(vm::write(usage.as<uapi::rusage>(), to_rusage(result.usage)));
    }
    return result.pid;
}

Result<void> ProcessTree::sys_waitid(int which, Pid id, UserPtr<void> info, std::uint32_t options, UserPtr<void> usage) {
    constexpr std::uint32_t k_events = WEXITED | WSTOPPED | WCONTINUED;
    constexpr std::uint32_t k_known = k_events | WNOHANG | WNOWAIT | __WNOTHREAD | __WCLONE | __WALL;
    if ((options & ~k_known) != 0 || (options & k_events) == 0) {
        return Errno::inval;
    }
    WaitRequest request{.id = id, .options = options};
    switch (which) {
    case P_ALL:
        break;
    case P_PID:
        request.which = WaitRequest::Which::pid;
        if (id <= 0) {
            return Errno::inval;
        }
        break;
    case P_PGID:
        request.which = WaitRequest::Which::group;
        if (id < 0) {
            return Errno::inval;
        }
        request.id = id == 0 ? current_process().group : id;
        break;
    default:
        return Errno::inval;
    }
    const WaitResult result = TRY(wait(request));
    if (result.pid != 0 && !usage.is_null()) {
        TRY(vm::write(usage.as<uapi::rusage>(), to_rusage(result.usage)));
    }
    if (info.is_null()) {
        return {};
    }
    // None yet: zeros, though of the whole structure only these are written.
    SignalInfo told{};
    if (result.pid != 0) {
        const int signal = result.status & 0x7f;
        told.si_signo = SIGCHLD;
        told._sifields._sigchld._pid = result.pid;
        told._sifields._sigchld._uid = result.uid;
        if (result.status == 0xffff) {
            told.si_code = CLD_CONTINUED;
            told._sifields._sigchld._status = SIGCONT;
        } else if (signal == 0x7f) {
            told.si_code = CLD_STOPPED;
            told._sifields._sigchld._status = result.status >> 8;
        } else if (signal != 0) {
            told.si_code = (result.status & 0x80) != 0 ? CLD_DUMPED : CLD_KILLED;
            told._sifields._sigchld._status = signal;
        } else {
            told.si_code = CLD_EXITED;
            told._sifields._sigchld._status = result.status >> 8 & 0xff;
        }
    }
    constexpr std::size_t k_written = 28;  // up to and with si_status
    return vm::copy_out(info.address(), &told, k_written);
}

}  // namespace phx::task
