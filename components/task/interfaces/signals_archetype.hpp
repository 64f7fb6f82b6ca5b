#pragma once

#include <task/interfaces/signals.hpp>

namespace phx::task::archetype {

struct Signals {
    Result<void> send(Process&, const SignalInfo&) { __builtin_trap(); }
    Result<void> send_thread(UserThread&, const SignalInfo&) { __builtin_trap(); }
    Result<void> send_group(Pid, const SignalInfo&) { __builtin_trap(); }
    Result<void> send_own(Process&, UserThread*, QueuedSignal&) { __builtin_trap(); }
    void withdraw(Process&, QueuedSignal&) { __builtin_trap(); }
    SignalAction action(Process&, int) { __builtin_trap(); }
    bool is_ignored_or_blocked(UserThread&, int) { __builtin_trap(); }
    bool is_pending(UserThread&) { __builtin_trap(); }
    void force(const SignalInfo&) { __builtin_trap(); }
    void force_fault(const SignalInfo&, std::uint64_t, std::uint64_t) { __builtin_trap(); }
    void on_return(arch::UserFrame&) { __builtin_trap(); }
    void set_blocked(SignalSet) { __builtin_trap(); }
    void borrow_mask(SignalSet) { __builtin_trap(); }
    void give_back_mask() { __builtin_trap(); }
    Errno restart_later(const RestartBlock&) { __builtin_trap(); }
    Result<SignalHandlers*> create_handlers() { __builtin_trap(); }
    Result<SignalHandlers*> copy(SignalHandlers&) { __builtin_trap(); }
    Result<void> reset_handlers(UserThread&) { __builtin_trap(); }
    void start_thread(UserThread&, std::uint64_t) { __builtin_trap(); }
    void flush(UserThread&) { __builtin_trap(); }
    void end(Process&) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
