// Sending, and what is pending (Linux Documentation: signal(7), kill(2), sigaction(2), sigqueue(3)).
#include <task/signals/signals.hpp>

#include <memory>
#include <utility>

#include <linux/sched.h>

#include <arch/resource_abi.hpp>

#include <base/panic.hpp>
#include <params/signals.hpp>
#include <ports/signals.hpp>
#include <sync/parking.hpp>
#include <task/signals/sets.hpp>

namespace phx::task {
namespace {

[[nodiscard]] std::uint64_t handler_of(const Process& process, int signal) {
    return __atomic_load_n(&process.signals.handlers->actions.data()[signal - 1].handler, __ATOMIC_RELAXED);
}

[[nodiscard]] bool has_work(const UserThread& thread) {
    return (thread.thread->user_work.load(std::memory_order_relaxed) & arch::k_signal_pending) != 0;
}

// Whether the thread should be the one that handles it. One that has something to do already looks for more before it goes on.
[[nodiscard]] bool wants(const UserThread& thread, int signal) {
    const ThreadSignals& signals = thread.signals;
    if ((signals.blocked & signal_bit(signal)) != 0 || signals.leaving) {
        return false;
    }
    return signal == SIGKILL || (!signals.stopped && !has_work(thread));
}

// Its program's first thread, or any other.
[[nodiscard]] UserThread* find_taker(Process& process, UserThread* thread, int signal) {
    UserThread* const first = thread != nullptr ? thread : process.leader;
    if (wants(*first, signal)) {
        return first;
    }
    if (thread == nullptr && process.thread_count > 1) {
        for (UserThread& other : process.threads) {
            if (wants(other, signal)) {
                return &other;
            }
        }
    }
    return nullptr;
}

[[nodiscard]] bool has_more_of(PendingSignals& pending, int signal) {
    for (const QueuedSignal& queued : pending.queue) {
        if (queued.info.si_signo == signal) {
            return true;
        }
    }
    return false;
}

}  // namespace

Result<void> KernelSignals::send(Process& process, const SignalInfo& info) {
    Result<void> result;
    {
        const SpinGuard guard{process.lock};
        result = post(process, nullptr, info, nullptr, Force::no);
    }
    sync::run_unparked();
    return result;
}

Result<void> KernelSignals::send_thread(UserThread& thread, const SignalInfo& info) {
    Result<void> result;
    {
        Process& process = *thread.process;
        const SpinGuard guard{process.lock};
        result = post(process, &thread, info, nullptr, Force::no);
    }
    sync::run_unparked();
    return result;
}

Result<void> KernelSignals::send_group(Pid group, const SignalInfo& info) {
    const bool any = ports::signals::processes().for_each_in_group(group, [&](Process& process) { (void)send(process, info); });
    sync::run_unparked();
    return any ? Errno{} : Errno::srch;
}

Result<void> KernelSignals::send_own(Process& process, UserThread* thread, QueuedSignal& signal) {
    Result<void> result;
    {
        const SpinGuard guard{process.lock};
        result = signal.is_linked() ? Errno::busy : post(process, thread, signal.info, &signal, Force::no);
    }
    sync::run_unparked();
    return result;
}

void KernelSignals::withdraw(Process& process, QueuedSignal& signal) {
    const SpinGuard guard{process.lock};
    if (!signal.is_linked()) {
        return;
    }
    IntrusiveList<QueuedSignal>::remove(signal);
    const int number = signal.info.si_signo;
    const auto forget = [&](PendingSignals& pending) {
        if (!has_more_of(pending, number)) {
            pending.set &= ~signal_bit(number);
        }
    };
    forget(process.signals.pending);
    for (UserThread& thread : process.threads) {
        forget(thread.signals.pending);
    }
}

// What Linux's prepare_signal and complete_signal say, without the tracers.
Result<void> KernelSignals::post(Process& process, UserThread* thread, const SignalInfo& info, QueuedSignal* own, Force force) {
    const int signal = info.si_signo;
    const SignalSet bit = signal_bit(signal);
    const Errno dropped = own != nullptr ? Errno::srch : Errno{};
    if (process.signals.handlers == nullptr || process.signals.group_exit || (thread != nullptr && thread->signals.leaving)) {
        return dropped;
    }
    if ((bit & (k_stop_signals | signal_bit(SIGCONT))) != 0) [[unlikely]] {
        if (signal == SIGCONT) {
            drop_everywhere(process, k_stop_signals);
            go_on(process);
        } else {
            drop_everywhere(process, signal_bit(SIGCONT));
        }
    }
    if (is_ignored(process, thread != nullptr ? *thread : *process.leader, signal, force)) {
        return dropped;
    }
    PendingSignals& pending = thread != nullptr ? thread->signals.pending : process.signals.pending;
    if (signal < k_first_real_time_signal && (pending.set & bit) != 0) {
        return own != nullptr ? Errno::busy : Errno{};
    }
    UserThread* const taker = find_taker(process, thread, signal);
    if (taker != nullptr && handler_of(process, signal) == SignalAction::k_default && (bit & k_not_fatal) == 0 &&
        (taker->signals.real_blocked & bit) == 0) {
        ports::signals::processes().call_to_end(process, signal);
        return {};
    }
    TRY(enqueue(process, pending, info, own));
    if (taker != nullptr) {
        sync::interrupt(*taker->thread);
    }
    return {};
}

// One that is blocked is kept: it may be asked for, or be something else by then. Process 1 gets no signal that it has no handler for, so that it does
// not end by mistake (kill(2), NOTES).
bool KernelSignals::is_ignored(Process& process, const UserThread& thread, int signal, Force force) {
    const SignalSet bit = signal_bit(signal);
    if (((thread.signals.blocked | thread.signals.real_blocked) & bit) != 0) {
        return false;
    }
    const std::uint64_t handler = handler_of(process, signal);
    if (process.pid == 1) [[unlikely]] {
        if ((bit & k_unmaskable) != 0 ||
            (!process.signals.killable && handler == SignalAction::k_default && force == Force::no)) {
            return true;
        }
    }
    return handler == SignalAction::k_ignore || (handler == SignalAction::k_default && (bit & k_ignored_by_default) != 0);
}

// Without memory, or room, a standard signal is known to be pending, but nothing else of it; a real-time signal with something to say is refused
// (sigqueue(3)).
Result<void> KernelSignals::enqueue(Process& process, PendingSignals& pending, const SignalInfo& info, QueuedSignal* own) {
    const int signal = info.si_signo;
    QueuedSignal* queued = own;
    if (queued == nullptr) {
        const bool is_urgent = signal < k_first_real_time_signal && info.si_code >= 0;
        const std::uint64_t limit = process.limits[RLIMIT_SIGPENDING].soft;
        if (is_urgent || (process.signals.queued < limit && queued_.load(std::memory_order_relaxed) < params::signals::most_queued)) {
            if (const auto memory = ports::signals::heap().allocate(sizeof(QueuedSignal), alignof(QueuedSignal))) {
                queued = std::construct_at(static_cast<QueuedSignal*>(*memory));
                queued->info = info;
                ++process.signals.queued;
                queued_.fetch_add(1, std::memory_order_relaxed);
            }
        }
    }
    if (queued != nullptr) {
        pending.queue.push_back(*queued);
    } else if (signal >= k_first_real_time_signal && info.si_code != SI_USER) {
        return Errno::again;
    }
    pending.set |= signal_bit(signal);
    return {};
}

void KernelSignals::free(Process& process, QueuedSignal& queued) {
    --process.signals.queued;
    queued_.fetch_sub(1, std::memory_order_relaxed);
    std::destroy_at(&queued);
    ports::signals::heap().free(&queued, sizeof(QueuedSignal));
}

void KernelSignals::drop(Process& process, PendingSignals& pending, SignalSet signals) {
    if ((pending.set & signals) == 0) {
        return;
    }
    pending.set &= ~signals;
    for (auto position = pending.queue.begin(); position != pending.queue.end();) {
        QueuedSignal& queued = *position;
        ++position;
        if ((signal_bit(queued.info.si_signo) & signals) == 0) {
            continue;
        }
        IntrusiveList<QueuedSignal>::remove(queued);
        if (queued.source != nullptr) {
            SignalInfo info = queued.info;
            queued.source->on_taken(info);
        } else {
            free(process, queued);
        }
    }
}

void KernelSignals::drop_everywhere(Process& process, SignalSet signals) {
    drop(process, process.signals.pending, signals);
    for (UserThread& thread : process.threads) {
        drop(process, thread.signals.pending, signals);
    }
}

void KernelSignals::take_from(Process& process, PendingSignals& pending, int signal, SignalInfo& info) {
    QueuedSignal* found = nullptr;
    bool more = false;
    for (QueuedSignal& queued : pending.queue) {
        if (queued.info.si_signo != signal) {
            continue;
        }
        if (found != nullptr) {
            more = true;
            break;
        }
        found = &queued;
        if (signal < k_first_real_time_signal) {
            break;
        }
    }
    if (!more) {
        pending.set &= ~signal_bit(signal);
    }
    if (found == nullptr) {
        info = user_signal(signal, 0, 0);
    } else {
        IntrusiveList<QueuedSignal>::remove(*found);
        info = found->info;
        if (found->source != nullptr) {
            found->source->on_taken(info);
        } else {
            free(process, *found);
        }
    }
    if (signal == SIGALRM && process.signals.alarm != nullptr) {
        process.signals.alarm->on_taken(info);
    }
}

// The thread's own first, and of these what it did itself, then the lowest number. 0: none.
int KernelSignals::take(Process& process, UserThread& thread, SignalSet blocked, SignalInfo& info) {
    for (PendingSignals* const pending : {&thread.signals.pending, &process.signals.pending}) {
        SignalSet ready = pending->set & ~blocked;
        if (ready == 0) {
            continue;
        }
        if ((ready & k_synchronous) != 0) {
            ready &= k_synchronous;
        }
        const int signal = std::countr_zero(ready) + 1;
        take_from(process, *pending, signal, info);
        if ((signal_bit(signal) & k_stop_signals) != 0) {
            thread.signals.stop_taken = true;
        }
        return signal;
    }
    return 0;
}

// SIGCONT: whatever is on its way to stop goes on, whether the signal will be handled or not.
void KernelSignals::go_on(Process& process) {
    process.signals.must_stop = 0;
    process.signals.stopped = false;
    for (UserThread& thread : process.threads) {
        ThreadSignals& signals = thread.signals;
        signals.must_stop = false;
        signals.stop_taken = false;
        if (signals.stopped) {
            signals.stopped = false;
            sync::unpark(thread.thread);
        }
    }
}

// Of the running thread.
void KernelSignals::notice(UserThread& self, Process& process) {
    const ProcessSignals& all = process.signals;
    const bool ready = ((self.signals.pending.set | all.pending.set) & ~self.signals.blocked) != 0 || self.signals.must_stop ||
                       (all.stopped != all.told_stopped && !all.telling);
    std::atomic<std::uint32_t>& work = self.thread->user_work;
    if (((work.load(std::memory_order_relaxed) & arch::k_signal_pending) != 0) == ready) {
        return;
    }
    if (ready) {
        work.fetch_or(arch::k_signal_pending, std::memory_order_relaxed);
    } else {
        work.fetch_and(~std::uint32_t{arch::k_signal_pending}, std::memory_order_relaxed);
    }
}

// These of the process's pending signals are none of that thread's concern any more, which may have been the one that was to handle them.
void KernelSignals::hand_on(Process& process, UserThread& from, SignalSet signals) {
    SignalSet left = process.signals.pending.set & signals;
    for (UserThread& thread : process.threads) {
        if (left == 0) {
            return;
        }
        if (&thread == &from || thread.signals.leaving || (left & ~thread.signals.blocked) == 0) {
            continue;
        }
        left &= thread.signals.blocked;
        if (!has_work(thread)) {
            sync::interrupt(*thread.thread);
        }
    }
}

void KernelSignals::change_mask(UserThread& self, Process& process, SignalSet blocked) {
    const SignalSet added = blocked & ~self.signals.blocked;
    self.signals.blocked = blocked;
    if ((added & process.signals.pending.set) != 0 && process.thread_count > 1) [[unlikely]] {
        hand_on(process, self, added);
    }
    notice(self, process);
}

SignalAction KernelSignals::action(Process& process, int signal) {
    const SpinGuard guard{process.lock};
    SignalHandlers* const handlers = process.signals.handlers;
    if (handlers == nullptr) {
        return {.handler = SignalAction::k_ignore};
    }
    handlers->lock.lock();
    const SignalAction action = handlers->actions.data()[signal - 1];
    handlers->lock.unlock();
    return action;
}

bool KernelSignals::is_ignored_or_blocked(UserThread& thread, int signal) {
    Process& process = *thread.process;
    const SpinGuard guard{process.lock};
    return (thread.signals.blocked & signal_bit(signal)) != 0 || process.signals.handlers == nullptr ||
           handler_of(process, signal) == SignalAction::k_ignore;
}

bool KernelSignals::is_pending(UserThread& thread) {
    return (thread.thread->user_work.load(std::memory_order_relaxed) & (arch::k_signal_pending | arch::k_ending)) != 0;
}

void KernelSignals::force(const SignalInfo& info) {
    UserThread& self = current_user();
    const SpinGuard guard{self.process->lock};
    post_forced(self, *self.process, info);
}

// What is blocked or ignored gets its default action instead, which kills process 1 too.
void KernelSignals::post_forced(UserThread& self, Process& process, const SignalInfo& info) {
    const SignalSet bit = signal_bit(info.si_signo);
    SignalHandlers& handlers = *process.signals.handlers;
    handlers.lock.lock();
    std::uint64_t& handler = handlers.actions.data()[info.si_signo - 1].handler;
    const bool is_blocked = (self.signals.blocked & bit) != 0;
    if (is_blocked || handler == SignalAction::k_ignore) {
        __atomic_store_n(&handler, SignalAction::k_default, __ATOMIC_RELAXED);
    }
    const bool is_default = handler == SignalAction::k_default;
    handlers.lock.unlock();
    if (is_blocked) {
        change_mask(self, process, self.signals.blocked & ~bit);
    }
    if (is_default) {
        process.signals.killable = true;
    }
    (void)post(process, &self, info, nullptr, Force::yes);
    notice(self, process);
}

void KernelSignals::reset_handler(Process& process, int signal) {
    SignalHandlers& handlers = *process.signals.handlers;
    handlers.lock.lock();
    __atomic_store_n(&handlers.actions.data()[signal - 1].handler, SignalAction::k_default, __ATOMIC_RELAXED);
    handlers.lock.unlock();
}

void KernelSignals::force_fault(const SignalInfo& info, std::uint64_t address, std::uint64_t syndrome) {
    ThreadSignals& signals = current_user().signals;
    signals.fault_address = address;
    signals.fault_syndrome = syndrome;
    force(info);
}

void KernelSignals::set_blocked(SignalSet set) {
    UserThread& self = current_user();
    const SpinGuard guard{self.process->lock};
    change_mask(self, *self.process, set & ~k_unmaskable);
}

void KernelSignals::borrow_mask(SignalSet set) {
    UserThread& self = current_user();
    self.signals.saved_blocked = self.signals.blocked;
    self.signals.restore_blocked = true;
    set_blocked(set);
}

void KernelSignals::give_back_mask() {
    UserThread& self = current_user();
    if (self.signals.restore_blocked) {
        self.signals.restore_blocked = false;
        set_blocked(self.signals.saved_blocked);
    }
}

Errno KernelSignals::restart_later(const RestartBlock& block) {
    current_user().signals.restart = block;
    return Errno::restart_block;
}

Result<SignalHandlers*> KernelSignals::create_handlers() {
    void* const memory = TRY(ports::signals::heap().allocate(sizeof(SignalHandlers), alignof(SignalHandlers)));
    return std::construct_at(static_cast<SignalHandlers*>(memory));
}

Result<SignalHandlers*> KernelSignals::copy(SignalHandlers& handlers) {
    SignalHandlers* const copied = TRY(create_handlers());
    const SpinGuard guard{handlers.lock};
    copied->actions = handlers.actions;
    return copied;
}

void SignalHandlers::end() {
    std::destroy_at(this);
    ports::signals::heap().free(this, sizeof(SignalHandlers));
}

// By the only thread of its process. Ignored signals stay ignored (execve(2)).
Result<void> KernelSignals::reset_handlers(UserThread& thread) {
    Process& process = *thread.process;
    SignalHandlers* fresh = nullptr;
    if (process.signals.handlers->references() > 1) {
        fresh = TRY(copy(*process.signals.handlers));
    }
    SignalHandlers* shared = nullptr;
    {
        const SpinGuard guard{process.lock};
        if (fresh != nullptr) {
            shared = std::exchange(process.signals.handlers, fresh);
        }
        SignalHandlers& handlers = *process.signals.handlers;
        handlers.lock.lock();
        for (SignalAction& action : handlers.actions) {
            action = {.handler = action.handler == SignalAction::k_ignore ? SignalAction::k_ignore : SignalAction::k_default};
        }
        handlers.lock.unlock();
        thread.signals.stack_base = thread.signals.stack_size = 0;
        thread.signals.stack_flags = SS_DISABLE;
    }
    if (shared != nullptr && shared->drop()) {
        shared->end();
    }
    return {};
}

void KernelSignals::start_thread(UserThread& thread, std::uint64_t clone_flags) {
    const ThreadSignals& own = current_user().signals;
    thread.signals.blocked = own.blocked;
    if ((clone_flags & (CLONE_VM | CLONE_VFORK)) != CLONE_VM) {
        thread.signals.stack_base = own.stack_base;
        thread.signals.stack_size = own.stack_size;
        thread.signals.stack_flags = own.stack_flags;
    }
}

// It may have been the last that a stop waited for, or the one that was to handle what its process got.
[[clang::no_thread_safety_analysis]] void KernelSignals::flush(UserThread& thread) {
    Process& process = *thread.process;
    SpinGuard guard{process.lock};
    ThreadSignals& signals = thread.signals;
    signals.leaving = true;
    drop(process, signals.pending, ~SignalSet{0});
    if (signals.must_stop) {
        signals.must_stop = false;
        end_part_in_stop(process);
    }
    hand_on(process, thread, ~signals.blocked);
    thread.thread->user_work.fetch_and(~std::uint32_t{arch::k_signal_pending}, std::memory_order_relaxed);
    tell(guard, process);
}

void KernelSignals::end(Process& process) {
    SignalHandlers* handlers = nullptr;
    {
        const SpinGuard guard{process.lock};
        handlers = std::exchange(process.signals.handlers, nullptr);
        drop(process, process.signals.pending, ~SignalSet{0});
    }
    if (handlers != nullptr && handlers->drop()) {
        handlers->end();
    }
}

}  // namespace phx::task
