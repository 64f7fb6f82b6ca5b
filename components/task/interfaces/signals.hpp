// Sending signals and acting on them (signal(7)).
#pragma once

#include <concepts>

#include <arch/user_frame.hpp>
#include <base/result.hpp>
#include <task/interfaces/process.hpp>
#include <task/interfaces/signal.hpp>

namespace phx::task {

// Sending. Any context, with no process's lock held; that of the process tree may be. A signal that is ignored is not kept; a process that has ended takes
// none. Permissions are kill(2)'s affair, not looked at here.
//   send(process, info)          to the process: a thread that does not block it. EAGAIN: a real-time signal, and RLIMIT_SIGPENDING are queued
//   send_thread(thread, info)    tgkill(2); the thread's process is held by the caller
//   send_group(group, info)      to all processes of the group; ESRCH: there are none
//   send_own(process, thread, signal)  one that its source owns and has filled in; to that thread, or to the process where it is null. Once at a
//                                time. EBUSY: it is pending; ESRCH: it is ignored, or there is no such process any more
//   withdraw(process, signal)    such a signal is pending no longer
//   action(process, signal)      what the process does about it: SA_NOCLDSTOP, SIG_IGN of SIGCHLD. SIG_IGN if the process has ended
//   is_ignored_or_blocked(thread, signal)  for job control of a terminal
//   is_pending(thread)           one that it does not block
//
// For the running thread; thread context.
//   force(info)                  for what it did itself (SIGSEGV): not to be blocked or ignored
//   force_fault(info, address, syndrome)  the same, and what the frame says of the fault: FAR_EL1, ESR_EL1
//   on_return(frame)             it goes back to its program: starts handlers, stops, ends; restarts the call. May sleep, and may not return.
//                                user_work's k_signal_pending is its own to clear; k_ending: it calls Processes::end_thread
//   set_blocked(set)             without SIGKILL and SIGSTOP
//   borrow_mask(set)             the same until a handler has run, or give_back_mask(): ppoll(2) and its kin
//   give_back_mask()             the call was not interrupted
//   restart_later(block)         what to return where a call may go on: Errno::restart_block
//
// For Processes; thread context.
//   create_handlers(), copy(h)   for new processes (fork, the first); ENOMEM
//   reset_handlers(thread)       execve(2): handlers to SIG_DFL, unshared, no alternate stack; ENOMEM, before anything has changed
//   start_thread(thread, flags)  a new one, made by the running thread with these clone(2) flags, before others can find it. It is put into its
//                                process's list with the lock of that held, if is_pending(the running thread) is false then: else fork(2) gives
//                                Errno::restart_no_intr, as it must not slip through a signal to all
//   flush(thread)                it ends: takes no more signals; its own are dropped, its process's are others' now. Before it leaves the list
//   end(process)                 its last thread has ended: drops its handlers and signals
template <class T>
concept Signals = requires(T& signals, Process& process, UserThread& thread, const SignalInfo& info, Pid group, arch::UserFrame& frame,
                           SignalHandlers& handlers, SignalSet set, QueuedSignal& queued, int number, std::uint64_t word, UserThread* maybe,
                           const RestartBlock& block) {
    { signals.send(process, info) } -> std::same_as<Result<void>>;
    { signals.send_thread(thread, info) } -> std::same_as<Result<void>>;
    { signals.send_group(group, info) } -> std::same_as<Result<void>>;
    { signals.send_own(process, maybe, queued) } -> std::same_as<Result<void>>;
    { signals.withdraw(process, queued) } -> std::same_as<void>;
    { signals.action(process, number) } -> std::same_as<SignalAction>;
    { signals.is_ignored_or_blocked(thread, number) } -> std::same_as<bool>;
    { signals.is_pending(thread) } -> std::same_as<bool>;

    { signals.force(info) } -> std::same_as<void>;
    { signals.force_fault(info, word, word) } -> std::same_as<void>;
    { signals.on_return(frame) } -> std::same_as<void>;
    { signals.set_blocked(set) } -> std::same_as<void>;
    { signals.borrow_mask(set) } -> std::same_as<void>;
    { signals.give_back_mask() } -> std::same_as<void>;
    { signals.restart_later(block) } -> std::same_as<Errno>;

    { signals.create_handlers() } -> std::same_as<Result<SignalHandlers*>>;
    { signals.copy(handlers) } -> std::same_as<Result<SignalHandlers*>>;
    { signals.reset_handlers(thread) } -> std::same_as<Result<void>>;
    { signals.start_thread(thread, word) } -> std::same_as<void>;
    { signals.flush(thread) } -> std::same_as<void>;
    { signals.end(process) } -> std::same_as<void>;
};

}  // namespace phx::task
