// What a thread does about its signals before it goes back to its program.
#include <task/signals/signals.hpp>

#include <asm-generic/unistd.h>

#include <ports/signals.hpp>
#include <sync/parking.hpp>
#include <task/signals/sets.hpp>

namespace phx::task {

// A call that wants to be started again, if what happens now allows that. Its registers are what they were before it, at its `svc`; the
// program after it is where it goes on if it is not started again (Linux arch/arm64/kernel/signal.c, do_signal).
struct InterruptedCall {
    static constexpr std::uint64_t k_svc = 4;  // bytes

    explicit InterruptedCall(arch::UserFrame& frame) : after{frame.pc}, again{frame.pc - k_svc} {
        if (frame.call < 0) {
            return;
        }
        frame.call = -1;
        const auto result = static_cast<std::int64_t>(frame.x[0]);
        if (result == -static_cast<int>(Errno::restart_sys) || result == -static_cast<int>(Errno::restart_no_intr) ||
            result == -static_cast<int>(Errno::restart_no_hand) || result == -static_cast<int>(Errno::restart_block)) {
            error = static_cast<Errno>(-result);
            frame.x[0] = frame.original_x0;
            frame.pc = again;
        }
    }

    // Before a handler runs: what it returns to.
    void on_handler(arch::UserFrame& frame, const SignalAction& action) {
        const bool gives_up = error == Errno::restart_no_hand || error == Errno::restart_block ||
                              (error == Errno::restart_sys && (action.flags & SA_RESTART) == 0);
        if (gives_up && frame.pc == again) {
            frame.x[0] = static_cast<std::uint64_t>(-EINTR);
            frame.pc = after;
        }
        error = Errno{};
    }
    // No handler runs.
    void on_none(arch::UserFrame& frame) {
        if (error == Errno::restart_block && frame.pc == again) {
            frame.x[8] = __NR_restart_syscall;
        }
        error = Errno{};
    }

    Errno error{};
    std::uint64_t after;
    std::uint64_t again;
};

[[clang::no_thread_safety_analysis]] void KernelSignals::on_return(arch::UserFrame& frame) {
    UserThread& self = current_user();
    Process& process = *self.process;
    InterruptedCall call{frame};
    SpinGuard guard{process.lock};
    while (act(guard, self, frame, call)) {
    }
    call.on_none(frame);
    if (self.signals.restore_blocked) {
        self.signals.restore_blocked = false;
        change_mask(self, process, self.signals.saved_blocked);
        while (act(guard, self, frame, call)) {
        }
    }
    notice(self, process);
}

// One thing; false: there was nothing to do. The lock is held, but for a time in between.
[[clang::no_thread_safety_analysis]] bool KernelSignals::act(SpinGuard& guard, UserThread& self, arch::UserFrame& frame, InterruptedCall& call) {
    Process& process = *self.process;
    if ((self.thread->user_work.load(std::memory_order_relaxed) & arch::k_ending) != 0) [[unlikely]] {
        guard.unlock();
        ports::signals::processes().end_thread(0);
    }
    tell(guard, process);
    if (self.signals.must_stop) [[unlikely]] {
        take_part_in_stop(guard, self);
        return true;
    }
    SignalInfo info;
    const int signal = take(process, self, self.signals.blocked, info);
    if (signal == 0) {
        return false;
    }
    SignalHandlers& handlers = *process.signals.handlers;
    handlers.lock.lock();
    SignalAction& wanted = handlers.actions.data()[signal - 1];
    const SignalAction action = wanted;
    if ((action.flags & SA_RESETHAND) != 0 && action.handler != SignalAction::k_ignore) {
        __atomic_store_n(&wanted.handler, SignalAction::k_default, __ATOMIC_RELAXED);
    }
    handlers.lock.unlock();
    if (action.handler == SignalAction::k_default) {
        act_by_default(guard, self, signal);
    } else if (action.handler != SignalAction::k_ignore) {
        call.on_handler(frame, action);
        run_handler(guard, self, frame, info, action);
    }
    return true;
}

[[clang::no_thread_safety_analysis]] void KernelSignals::act_by_default(SpinGuard& guard, UserThread& self, int signal) {
    Process& process = *self.process;
    const SignalSet bit = signal_bit(signal);
    if ((bit & k_ignored_by_default) != 0 || (process.pid == 1 && !process.signals.killable && (bit & k_unmaskable) == 0)) {
        return;
    }
    if ((bit & k_stop_signals) == 0) {
        ports::signals::processes().call_to_end(process, signal);
        return;
    }
    // Those of the terminal do not stop a group that nobody could make go on (signal(7); POSIX.1, 2.4.3).
    if (signal != SIGSTOP) {
        guard.unlock();
        const bool is_orphaned = ports::signals::processes().is_orphaned(process.group);
        guard.relock();
        if (is_orphaned) {
            return;
        }
    }
    begin_stop(self, signal);
}

[[clang::no_thread_safety_analysis]] void KernelSignals::run_handler(SpinGuard& guard, UserThread& self, arch::UserFrame& frame,
                                                                    const SignalInfo& info, const SignalAction& action) {
    Process& process = *self.process;
    ThreadSignals& signals = self.signals;
    const SignalSet before = signals.restore_blocked ? signals.saved_blocked : signals.blocked;
    guard.unlock();
    const bool written = write_frame(self, frame, info, action, before);
    guard.relock();
    if (!written) {
        if (info.si_signo == SIGSEGV) {
            reset_handler(process, SIGSEGV);
        }
        post_forced(self, process, kernel_signal(SIGSEGV));
        return;
    }
    signals.restore_blocked = false;
    if ((signals.stack_flags & SS_AUTODISARM) != 0) {
        signals.stack_base = signals.stack_size = 0;
        signals.stack_flags = SS_DISABLE;
    }
    SignalSet blocked = signals.blocked | action.mask;
    if ((action.flags & SA_NODEFER) == 0) {
        blocked |= signal_bit(info.si_signo);
    }
    change_mask(self, process, blocked & ~k_unmaskable);
}

// Unless a SIGCONT has come since the signal was taken.
void KernelSignals::begin_stop(UserThread& self, int signal) {
    Process& process = *self.process;
    if (!self.signals.stop_taken || process.signals.group_exit) {
        return;
    }
    self.signals.stop_taken = false;
    process.signals.stop_signal = signal;
    for (UserThread& thread : process.threads) {
        ThreadSignals& signals = thread.signals;
        if (signals.leaving || signals.stopped || signals.must_stop) {
            continue;
        }
        signals.must_stop = true;
        ++process.signals.must_stop;
        if (&thread != &self) {
            sync::interrupt(*thread.thread);
        }
    }
}

void KernelSignals::end_part_in_stop(Process& process) {
    ProcessSignals& all = process.signals;
    --all.must_stop;
    if (all.must_stop != 0) {
        return;
    }
    for (const UserThread& thread : process.threads) {
        all.stopped |= thread.signals.stopped;
    }
}

[[clang::no_thread_safety_analysis]] void KernelSignals::take_part_in_stop(SpinGuard& guard, UserThread& self) {
    Process& process = *self.process;
    self.signals.must_stop = false;
    self.signals.stopped = true;
    end_part_in_stop(process);
    tell(guard, process);
    while (self.signals.stopped && sync::park_unless(guard, "stopped", arch::k_ending)) {
    }
    self.signals.stopped = false;
}

// By one thread at a time, so that the parent hears of what comes last, last.
[[clang::no_thread_safety_analysis]] void KernelSignals::tell(SpinGuard& guard, Process& process) {
    ProcessSignals& all = process.signals;
    while (all.stopped != all.told_stopped && !all.telling) [[unlikely]] {
        all.telling = true;
        all.told_stopped = all.stopped;
        const bool stopped = all.stopped;
        guard.unlock();
        if (stopped) {
            ports::signals::processes().stop(process, all.stop_signal);
        } else {
            ports::signals::processes().go_on(process);
        }
        guard.relock();
        all.telling = false;
    }
}

}  // namespace phx::task
