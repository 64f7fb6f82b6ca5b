// Linux's signals (signal(7)).
//
// Pending signals and masks are guarded by the process's lock; what is asked of signals by that of the handlers, which is taken inside it, and
// whose `handler` words alone are also read without it. A thread has k_signal_pending in its user_work if there may be something for on_return() to
// do. Others set it, under the process's lock; the thread itself clears it, under that lock too, when it has looked.
#pragma once

#include <atomic>
#include <cstdint>

#include <arch/user_frame.hpp>
#include <base/result.hpp>
#include <base/user.hpp>
#include <sync/spinlock.hpp>
#include <task/interfaces/process.hpp>
#include <task/interfaces/signal.hpp>

struct __kernel_timespec;  // linux/time_types.h

namespace phx::task {

class KernelSignals {
public:
    constexpr KernelSignals() = default;

    // Signals
    Result<void> send(Process& process, const SignalInfo& info);
    Result<void> send_thread(UserThread& thread, const SignalInfo& info);
    Result<void> send_group(Pid group, const SignalInfo& info);
    Result<void> send_own(Process& process, UserThread* thread, QueuedSignal& signal);
    void withdraw(Process& process, QueuedSignal& signal);
    SignalAction action(Process& process, int signal);
    bool is_ignored_or_blocked(UserThread& thread, int signal);
    bool is_pending(UserThread& thread);
    void force(const SignalInfo& info);
    void force_fault(const SignalInfo& info, std::uint64_t address, std::uint64_t syndrome);
    void on_return(arch::UserFrame& frame);
    void set_blocked(SignalSet set);
    void borrow_mask(SignalSet set);
    void give_back_mask();
    Errno restart_later(const RestartBlock& block);
    Result<SignalHandlers*> create_handlers();
    Result<SignalHandlers*> copy(SignalHandlers& handlers);
    Result<void> reset_handlers(UserThread& thread);
    void start_thread(UserThread& thread, std::uint64_t clone_flags);
    void flush(UserThread& thread);
    void end(Process& process);

    // System calls
    Result<void> sys_kill(Pid pid, int signal);
    Result<void> sys_tkill(Pid tid, int signal);
    Result<void> sys_tgkill(Pid pid, Pid tid, int signal);
    Result<void> sys_rt_sigaction(int signal, UserPtr<const SignalAction> action, UserPtr<SignalAction> old, std::size_t set_size);
    Result<void> sys_rt_sigprocmask(int how, UserPtr<const SignalSet> set, UserPtr<SignalSet> old, std::size_t set_size);
    Result<void> sys_rt_sigpending(UserPtr<SignalSet> set, std::size_t set_size);
    Result<void> sys_rt_sigsuspend(UserPtr<const SignalSet> mask, std::size_t set_size);
    Result<int> sys_rt_sigtimedwait(UserPtr<const SignalSet> set, UserPtr<uapi::siginfo_t> info, UserPtr<const __kernel_timespec> timeout,
                                    std::size_t set_size);
    Result<void> sys_rt_sigqueueinfo(Pid pid, int signal, UserPtr<const uapi::siginfo_t> info);
    Result<void> sys_rt_tgsigqueueinfo(Pid pid, Pid tid, int signal, UserPtr<const uapi::siginfo_t> info);
    void sys_rt_sigreturn(arch::UserFrame& frame);
    Result<void> sys_sigaltstack(UserPtr<const uapi::stack_t> stack, UserPtr<uapi::stack_t> old);
    Result<std::int64_t> sys_restart_syscall();

private:
    enum class Force : bool { no, yes };

    // With the process's lock held.
    Result<void> post(Process& process, UserThread* thread, const SignalInfo& info, QueuedSignal* own, Force force);
    void post_forced(UserThread& self, Process& process, const SignalInfo& info);
    [[nodiscard]] static bool is_ignored(Process& process, const UserThread& thread, int signal, Force force);
    Result<void> enqueue(Process& process, PendingSignals& pending, const SignalInfo& info, QueuedSignal* own);
    void drop(Process& process, PendingSignals& pending, SignalSet signals);
    void drop_everywhere(Process& process, SignalSet signals);
    void take_from(Process& process, PendingSignals& pending, int signal, SignalInfo& info);
    [[nodiscard]] int take(Process& process, UserThread& thread, SignalSet blocked, SignalInfo& info);
    static void go_on(Process& process);
    static void notice(UserThread& self, Process& process);
    static void hand_on(Process& process, UserThread& from, SignalSet signals);
    static void change_mask(UserThread& self, Process& process, SignalSet blocked);
    void free(Process& process, QueuedSignal& queued);
    static void reset_handler(Process& process, int signal);

    // delivery.cpp; with the lock held, which some let go of for a time.
    [[nodiscard]] bool act(SpinGuard& guard, UserThread& self, arch::UserFrame& frame, struct InterruptedCall& call);
    void act_by_default(SpinGuard& guard, UserThread& self, int signal);
    void run_handler(SpinGuard& guard, UserThread& self, arch::UserFrame& frame, const SignalInfo& info, const SignalAction& action);
    static void begin_stop(UserThread& self, int signal);
    static void end_part_in_stop(Process& process);
    void take_part_in_stop(SpinGuard& guard, UserThread& self);
    void tell(SpinGuard& guard, Process& process);

    // frame.cpp
    [[nodiscard]] static bool write_frame(UserThread& self, arch::UserFrame& frame, const SignalInfo& info, const SignalAction& action, SignalSet mask);
    [[nodiscard]] bool read_frame(UserThread& self, arch::UserFrame& frame);
    [[nodiscard]] static std::uint64_t trampoline(const UserThread& thread);
    static Result<void> change_stack(ThreadSignals& signals, const uapi::stack_t& stack, std::uint64_t sp);

    // calls.cpp
    static Result<void> may_signal(Process& process, int signal);
    Result<void> send_checked(Process& process, UserThread* thread, int signal, const SignalInfo& info);
    Result<void> send_to_pid(Pid pid, int signal, const SignalInfo& info);
    Result<void> send_to_thread(Pid pid, Pid tid, int signal, const SignalInfo& info);
    Result<void> send_to_group(Pid group, int signal, const SignalInfo& info);
    Result<void> send_to_all(int signal, const SignalInfo& info);

    std::atomic<std::uint32_t> queued_{0};  // of all processes
};

}  // namespace phx::task
