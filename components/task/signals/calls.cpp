// The system calls that send, mask, ask and wait (section 2 of the Linux manual).
#include <task/signals/signals.hpp>

#include <cstring>
#include <limits>
#include <utility>

#include <linux/capability.h>
#include <linux/time_types.h>

#include <ports/signals.hpp>
#include <sync/parking.hpp>
#include <task/signals/sets.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

constexpr std::uint64_t k_known_flags = SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_EXPOSE_TAGBITS |
                                        SA_RESTORER;

[[nodiscard]] bool is_signal(int signal) { return signal >= 1 && signal <= k_signals; }

[[nodiscard]] SignalInfo from_self(int signal, int code) {
    return user_signal(signal, current_process().pid, current_user().credentials.load()->uid, code);
}

// Numbers whose fields the kernel knows, so that what is behind them says nothing.
[[nodiscard]] bool is_known_code(int code) { return code == SI_KERNEL || code == SI_ASYNCNL || (code >= SI_DETHREAD && code <= NSIGPOLL); }

Result<SignalInfo> read_info(int signal, UserPtr<const uapi::siginfo_t> from) {
    std::array<std::byte, sizeof(uapi::siginfo_t)> bytes;
    TRY(vm::copy_in(bytes.data(), from.address(), sizeof bytes));
    SignalInfo info;
    std::memcpy(&info, bytes.data(), sizeof info);
    info.si_signo = signal;
    if (!is_known_code(info.si_code)) {
        for (std::size_t i = sizeof info; i < sizeof bytes; ++i) {
            if (bytes.data()[i] != std::byte{}) {
                return Errno::toobig;
            }
        }
    }
    return info;
}

Result<void> write_info(UserPtr<uapi::siginfo_t> to, const SignalInfo& info) {
    std::array<std::byte, sizeof(uapi::siginfo_t)> bytes{};
    std::memcpy(bytes.data(), &info, sizeof info);
    return vm::copy_out(to.address(), bytes.data(), sizeof bytes);
}

// Of a relative time; beyond what the clock can say there is no deadline.
Result<Nanoseconds> deadline_after(UserPtr<const __kernel_timespec> timeout) {
    constexpr std::int64_t k_second = 1'000'000'000;
    const __kernel_timespec time = TRY(vm::read(timeout));
    if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= k_second) {
        return Errno::inval;
    }
    const std::int64_t now = ports::signals::clock().now().count();
    const std::int64_t most = (std::numeric_limits<std::int64_t>::max() - now) / k_second - 1;
    return Nanoseconds{time.tv_sec > most ? std::numeric_limits<std::int64_t>::max() : now + time.tv_sec * k_second + time.tv_nsec};
}

}  // namespace

// kill(2), "Permissions".
Result<void> KernelSignals::may_signal(Process& process, int signal) {
    if (&process == &current_process()) {
        return {};
    }
    const Credentials& own = *current_user().credentials.load();
    bool same_user = false;
    {
        const SpinGuard guard{process.lock};
        if (process.leader == nullptr) {
            return Errno::srch;  // reaped since it was found
        }
        const Credentials& other = *process.leader->credentials.load();
        same_user = own.euid == other.suid || own.euid == other.uid || own.uid == other.suid || own.uid == other.uid;
    }
    const bool may = same_user || own.has(CAP_KILL) || (signal == SIGCONT && process.session == current_process().session);
    return may ? Result<void>{} : Errno::perm;
}

Result<void> KernelSignals::send_checked(Process& process, UserThread* thread, int signal, const SignalInfo& info) {
    if (signal < 0 || signal > k_signals) {
        return Errno::inval;
    }
    TRY(may_signal(process, signal));
    if (signal == 0) {
        return {};
    }
    return thread != nullptr ? send_thread(*thread, info) : send(process, info);
}

// The number may be that of any of its threads.
Result<void> KernelSignals::send_to_pid(Pid pid, int signal, const SignalInfo& info) {
    if (pid == current_process().pid) {
        return send_checked(current_process(), nullptr, signal, info);
    }
    auto& processes = ports::signals::processes();
    if (const Ref<Process> process = processes.find(pid)) {
        return send_checked(*process, nullptr, signal, info);
    }
    if (const Ref<UserThread> thread = processes.find_thread(pid)) {
        return send_checked(*thread->process, nullptr, signal, info);
    }
    return Errno::srch;
}

Result<void> KernelSignals::send_to_thread(Pid pid, Pid tid, int signal, const SignalInfo& info) {
    UserThread& self = current_user();
    if (tid == self.tid && (pid <= 0 || pid == self.process->pid)) {
        return send_checked(*self.process, &self, signal, info);
    }
    const Ref<UserThread> thread = ports::signals::processes().find_thread(tid);
    if (!thread || (pid > 0 && thread->process->pid != pid)) {
        return Errno::srch;
    }
    return send_checked(*thread->process, thread.get(), signal, info);
}

// One that got it is enough (kill(2)).
Result<void> KernelSignals::send_to_group(Pid group, int signal, const SignalInfo& info) {
    Errno last = Errno::srch;
    bool any = false;
    (void)ports::signals::processes().for_each_in_group(group, [&](Process& process) {
        const Result<void> sent = send_checked(process, nullptr, signal, info);
        any |= static_cast<bool>(sent);
        last = sent ? last : sent.error();
    });
    return any ? Errno{} : last;
}

// All but process 1 and the sender's own. Those that it may not signal do not count, unless there are no others at all.
Result<void> KernelSignals::send_to_all(int signal, const SignalInfo& info) {
    Errno last{};
    bool any = false;
    ports::signals::processes().for_each([&](Process& process) {
        if (process.pid <= 1 || &process == &current_process()) {
            return;
        }
        any = true;
        if (const Result<void> sent = send_checked(process, nullptr, signal, info); !sent && sent.error() != Errno::perm) {
            last = sent.error();
        }
    });
    return any ? last : Errno::srch;
}

Result<void> KernelSignals::sys_kill(Pid pid, int signal) {
    const SignalInfo info = from_self(signal, SI_USER);
    if (pid > 0) {
        return send_to_pid(pid, signal, info);
    }
    if (pid == std::numeric_limits<Pid>::min()) {
        return Errno::srch;
    }
    const Result<void> sent = pid == -1 ? send_to_all(signal, info) : send_to_group(pid == 0 ? current_process().group : -pid, signal, info);
    sync::run_unparked();
    return sent;
}

Result<void> KernelSignals::sys_tkill(Pid tid, int signal) {
    if (tid <= 0) {
        return Errno::inval;
    }
    return send_to_thread(0, tid, signal, from_self(signal, SI_TKILL));
}

Result<void> KernelSignals::sys_tgkill(Pid pid, Pid tid, int signal) {
    if (pid <= 0 || tid <= 0) {
        return Errno::inval;
    }
    return send_to_thread(pid, tid, signal, from_self(signal, SI_TKILL));
}

// Nobody pretends to be the kernel, or kill(2), but to himself.
Result<void> KernelSignals::sys_rt_sigqueueinfo(Pid pid, int signal, UserPtr<const uapi::siginfo_t> from) {
    const SignalInfo info = TRY(read_info(signal, from));
    if ((info.si_code >= 0 || info.si_code == SI_TKILL) && current_user().tid != pid) {
        return Errno::perm;
    }
    return pid > 0 ? send_to_pid(pid, signal, info) : Result<void>{Errno::srch};
}

Result<void> KernelSignals::sys_rt_tgsigqueueinfo(Pid pid, Pid tid, int signal, UserPtr<const uapi::siginfo_t> from) {
    const SignalInfo info = TRY(read_info(signal, from));
    if (pid <= 0 || tid <= 0) {
        return Errno::inval;
    }
    if ((info.si_code >= 0 || info.si_code == SI_TKILL) && current_user().tid != tid) {
        return Errno::perm;
    }
    return send_to_thread(pid, tid, signal, info);
}

Result<void> KernelSignals::sys_rt_sigaction(int signal, UserPtr<const SignalAction> action, UserPtr<SignalAction> old, std::size_t set_size) {
    if (set_size != sizeof(SignalSet)) {
        return Errno::inval;
    }
    SignalAction wanted;
    if (!action.is_null()) {
        TRY(vm::copy_in(&wanted, action.address(), sizeof wanted));
    }
    if (!is_signal(signal) || (!action.is_null() && (signal_bit(signal) & k_unmaskable) != 0)) {
        return Errno::inval;
    }
    Process& process = current_process();
    SignalAction before;
    {
        const SpinGuard guard{process.lock};
        SignalHandlers& handlers = *process.signals.handlers;
        SignalAction& now = handlers.actions.data()[signal - 1];
        handlers.lock.lock();
        before = now;
        if (!action.is_null()) {
            now.flags = wanted.flags & k_known_flags;
            now.restorer = wanted.restorer;
            now.mask = wanted.mask & ~k_unmaskable;
            __atomic_store_n(&now.handler, wanted.handler, __ATOMIC_RELAXED);
        }
        handlers.lock.unlock();
        // What it now ignores is pending no longer, blocked or not (POSIX.1, 2.4.3).
        if (!action.is_null() && (wanted.handler == SignalAction::k_ignore ||
                                  (wanted.handler == SignalAction::k_default && (signal_bit(signal) & k_ignored_by_default) != 0))) {
            drop_everywhere(process, signal_bit(signal));
        }
    }
    return old.is_null() ? Result<void>{} : vm::copy_out(old.address(), &before, sizeof before);
}

Result<void> KernelSignals::sys_rt_sigprocmask(int how, UserPtr<const SignalSet> set, UserPtr<SignalSet> old, std::size_t set_size) {
    if (set_size != sizeof(SignalSet)) {
        return Errno::inval;
    }
    const SignalSet before = current_user().signals.blocked;
    if (!set.is_null()) {
        const SignalSet given = TRY(vm::read(set)) & ~k_unmaskable;
        switch (how) {
            case SIG_BLOCK:
                set_blocked(before | given);
                break;
            case SIG_UNBLOCK:
                set_blocked(before & ~given);
                break;
            case SIG_SETMASK:
                set_blocked(given);
                break;
            default:
                return Errno::inval;
        }
    }
    return old.is_null() ? Result<void>{} : vm::write(old, before);
}

Result<void> KernelSignals::sys_rt_sigpending(UserPtr<SignalSet> set, std::size_t set_size) {
    if (set_size > sizeof(SignalSet)) {
        return Errno::inval;
    }
    UserThread& self = current_user();
    SignalSet pending = 0;
    {
        const SpinGuard guard{self.process->lock};
        pending = (self.signals.pending.set | self.process->signals.pending.set) & self.signals.blocked;
    }
    return vm::copy_out(set.address(), &pending, set_size);
}

[[clang::no_thread_safety_analysis]] Result<void> KernelSignals::sys_rt_sigsuspend(UserPtr<const SignalSet> mask, std::size_t set_size) {
    if (set_size != sizeof(SignalSet)) {
        return Errno::inval;
    }
    const SignalSet set = TRY(vm::read(mask));
    borrow_mask(set);
    SpinGuard guard{current_process().lock};
    while (sync::park_unless(guard, "sigsuspend", arch::k_signal_pending | arch::k_ending)) {
    }
    return Errno::restart_no_hand;
}

// While it waits the signals are not blocked, so that they find this thread; but nobody else, and no handler, gets those that it has blocked.
[[clang::no_thread_safety_analysis]] Result<int> KernelSignals::sys_rt_sigtimedwait(UserPtr<const SignalSet> set, UserPtr<uapi::siginfo_t> info_to,
                                                                                   UserPtr<const __kernel_timespec> timeout,
                                                                                   std::size_t set_size) {
    if (set_size != sizeof(SignalSet)) {
        return Errno::inval;
    }
    const SignalSet wanted = TRY(vm::read(set)) & ~k_unmaskable;
    const Nanoseconds deadline = timeout.is_null() ? Nanoseconds{std::numeric_limits<std::int64_t>::max()} : TRY(deadline_after(timeout));
    UserThread& self = current_user();
    ThreadSignals& signals = self.signals;
    Process& process = *self.process;
    SignalInfo info;
    int signal = 0;
    WaitEnd end = WaitEnd::timed_out;
    {
        SpinGuard guard{process.lock};
        signal = take(process, self, ~wanted, info);
        if (signal == 0) {
            signals.real_blocked = signals.blocked;
            change_mask(self, process, signals.blocked & ~wanted);
            constexpr std::uint32_t called_by = arch::k_signal_pending | arch::k_ending;
            if (timeout.is_null()) {
                while (sync::park_unless(guard, "sigtimedwait", called_by)) {
                }
                end = WaitEnd::interrupted;
            } else {
                do {
                    end = sync::park_until_unless(guard, "sigtimedwait", deadline, called_by);
                } while (end == WaitEnd::woken);
            }
            signal = take(process, self, ~wanted, info);
            change_mask(self, process, std::exchange(signals.real_blocked, 0));
        }
        notice(self, process);
    }
    if (signal == 0) {
        return end == WaitEnd::timed_out ? Errno::again : Errno::intr;
    }
    if (!info_to.is_null()) {
        TRY(write_info(info_to, info));
    }
    return signal;
}

Result<std::int64_t> KernelSignals::sys_restart_syscall() {
    const RestartBlock block = current_user().signals.restart;
    return block.function != nullptr ? block.function(block) : Result<std::int64_t>{Errno::intr};
}

}  // namespace phx::task
