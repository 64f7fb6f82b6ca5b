// Keeps what was sent for a test to see. Handlers live on the host's heap.
#pragma once

#include <vector>

#include <task/interfaces/signals.hpp>

namespace phx::task {

class FakeSignals {
public:
    // To a process, a thread or a group; none of them: forced on the running thread.
    struct Sent {
        SignalInfo info{};
        Process* process = nullptr;
        UserThread* thread = nullptr;
        Pid group = 0;
    };

    constexpr FakeSignals() = default;

    Result<void> send(Process& process, const SignalInfo& info) {
        sent_.push_back({.info = info, .process = &process});
        return {};
    }
    Result<void> send_thread(UserThread& thread, const SignalInfo& info) {
        sent_.push_back({.info = info, .thread = &thread});
        return {};
    }
    Result<void> send_group(Pid group, const SignalInfo& info) {
        sent_.push_back({.info = info, .group = group});
        return {};
    }
    Result<void> send_own(Process& process, UserThread* thread, QueuedSignal& signal) {
        sent_.push_back({.info = signal.info, .process = &process, .thread = thread});
        return {};
    }
    void withdraw(Process&, QueuedSignal&) {}
    SignalAction action(Process& process, int signal) {
        return process.signals.handlers != nullptr ? process.signals.handlers->actions[static_cast<std::size_t>(signal - 1)]
                                                   : SignalAction{.handler = SignalAction::k_ignore};
    }
    bool is_ignored_or_blocked(UserThread& thread, int signal) { return ((ignored_ | thread.signals.blocked) & signal_bit(signal)) != 0; }
    bool is_pending(UserThread& thread) { return (thread.signals.pending.set & ~thread.signals.blocked) != 0; }

    void force(const SignalInfo& info) { sent_.push_back({.info = info}); }
    void force_fault(const SignalInfo& info, std::uint64_t address, std::uint64_t syndrome) {
        sent_.push_back({.info = info});
        fault_address_ = address;
        fault_syndrome_ = syndrome;
    }
    void on_return(arch::UserFrame&) {}
    void set_blocked(SignalSet set) { current_user().signals.blocked = set; }
    void borrow_mask(SignalSet set) {
        ThreadSignals& signals = current_user().signals;
        signals.saved_blocked = signals.blocked;
        signals.blocked = set;
        signals.restore_blocked = true;
    }
    void give_back_mask() {
        ThreadSignals& signals = current_user().signals;
        signals.blocked = signals.saved_blocked;
        signals.restore_blocked = false;
    }
    Errno restart_later(const RestartBlock& block) {
        current_user().signals.restart = block;
        return Errno::restart_block;
    }

    Result<SignalHandlers*> create_handlers() { return new SignalHandlers; }
    Result<SignalHandlers*> copy(SignalHandlers& handlers) {
        auto* copied = new SignalHandlers;
        copied->actions = handlers.actions;
        return copied;
    }
    Result<void> reset_handlers(UserThread& thread) {
        thread.process->signals.handlers->actions = {};
        return {};
    }
    void start_thread(UserThread& thread, std::uint64_t) { thread.signals.blocked = current_user().signals.blocked; }
    void flush(UserThread& thread) { thread.signals.leaving = true; }
    void end(Process& process) {
        SignalHandlers* const handlers = std::exchange(process.signals.handlers, nullptr);
        if (handlers != nullptr && handlers->drop()) {
            delete handlers;
        }
    }

    // In order. A test empties it.
    [[nodiscard]] std::vector<Sent>& sent() { return sent_; }
    void ignore(SignalSet signals) { ignored_ = signals; }
    [[nodiscard]] std::uint64_t fault_address() const { return fault_address_; }
    [[nodiscard]] std::uint64_t fault_syndrome() const { return fault_syndrome_; }

private:
    std::vector<Sent> sent_;
    SignalSet ignored_ = 0;
    std::uint64_t fault_address_ = 0;
    std::uint64_t fault_syndrome_ = 0;
};

}  // namespace phx::task
