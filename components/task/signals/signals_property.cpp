// Random sequences against a model of one thread's signals, and frames with random bytes in them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include <task/signals/program_test.hpp>

namespace phx::task {

KernelSignals& signals() { return wiring::dut; }

namespace {

constexpr std::uint64_t k_handler = 0x50'0000;

// Of each kind some. Stop signals have handlers, or are ignored: a thread that stops needs somebody to let it go on.
const std::vector<int> k_chosen{SIGHUP, SIGUSR1, SIGSEGV, SIGTERM, SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGWINCH, 33, 34, 64};
[[nodiscard]] bool stops(int signal) { return (signal_bit(signal) & k_stop_signals) != 0; }

enum class Kind : std::uint8_t { by_default, ignored, handled };

// What POSIX and signal(7) say, as plainly as possible.
class Model {
public:
    struct Queue {
        std::map<int, std::vector<int>> waiting;  // by signal, who sent it

        void drop(int signal) { waiting.erase(signal); }
    };

    void send(Queue& queue, int signal, int sender, bool busy) {
        if (dead) {
            return;
        }
        if (signal == SIGCONT) {
            for (const int stop : {SIGTSTP, SIGTTIN}) {
                drop(stop);
            }
        } else if (stops(signal)) {
            drop(SIGCONT);
        }
        if (!is_blocked(signal) && is_ignored(signal)) {
            return;
        }
        std::vector<int>& senders = queue.waiting[signal];
        if (signal >= 32 || senders.empty()) {
            senders.push_back(sender);
        }
        dead |= !is_blocked(signal) && is_fatal(signal) && !busy;
    }
    void act(int signal, Kind kind) {
        kinds[signal] = kind;
        if (is_ignored(signal)) {
            drop(signal);
        }
    }
    // (signal, sender) of the handlers that run, first to last.
    std::vector<std::pair<int, int>> deliver() {
        std::vector<std::pair<int, int>> ran;
        while (!dead) {
            Queue* from = nullptr;
            int best = 0;
            for (Queue* queue : {&own, &shared}) {
                for (const auto& [signal, senders] : queue->waiting) {
                    if (!is_blocked(signal) && (best == 0 || (signal == SIGSEGV && best != SIGSEGV))) {
                        best = signal;
                        from = queue;
                    }
                }
                if (best != 0) {
                    break;
                }
            }
            if (best == 0) {
                break;
            }
            std::vector<int>& senders = from->waiting[best];
            const int sender = senders.front();
            senders.erase(senders.begin());
            if (senders.empty()) {
                from->drop(best);
            }
            if (kinds[best] == Kind::handled) {
                ran.emplace_back(best, sender);
            } else {
                dead |= is_fatal(best);
            }
        }
        return ran;
    }
    [[nodiscard]] SignalSet pending() const {
        SignalSet set = 0;
        for (const Queue* queue : {&own, &shared}) {
            for (const auto& [signal, senders] : queue->waiting) {
                set |= signal_bit(signal);
            }
        }
        return set;
    }

    SignalSet blocked = 0;
    bool dead = false;
    Queue own;
    Queue shared;

private:
    [[nodiscard]] bool is_blocked(int signal) const { return (blocked & signal_bit(signal)) != 0; }
    [[nodiscard]] bool is_ignored(int signal) {
        return kinds[signal] == Kind::ignored || (kinds[signal] == Kind::by_default && (signal_bit(signal) & k_ignored_by_default) != 0);
    }
    [[nodiscard]] bool is_fatal(int signal) { return kinds[signal] == Kind::by_default && (signal_bit(signal) & k_not_fatal) == 0; }
    void drop(int signal) {
        own.drop(signal);
        shared.drop(signal);
    }

    std::map<int, Kind> kinds;
};

class Run {
public:
    Run() {
        arch::host::user_memory.reset();
        program_.run();
        for (const int signal : k_chosen) {
            if (stops(signal)) {
                act(signal, Kind::handled);
            }
        }
    }
    ~Run() {
        signals().flush(program_.leader());
        signals().end(program_.process());
        EXPECT_EQ(program_.process().signals.queued, 0U);
        processes().reset();
        arch::set_current(&arch::host::first_head);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void step() {
        const int signal = *rc::gen::elementOf(k_chosen);
        switch (*rc::gen::inRange(0, 7)) {
            case 0:
            case 1: {
                const bool to_thread = *rc::gen::arbitrary<bool>();
                const int sender = *rc::gen::inRange(1, 1000);
                model_.send(to_thread ? model_.own : model_.shared, signal, sender, program_.is_called());
                const SignalInfo info = user_signal(signal, sender, 0);
                RC_ASSERT(static_cast<bool>(to_thread ? signals().send_thread(program_.leader(), info) : signals().send(program_.process(), info)));
                break;
            }
            case 2:
                model_.blocked |= signal_bit(signal);
                signals().set_blocked(model_.blocked);
                break;
            case 3:
                model_.blocked &= ~signal_bit(signal);
                signals().set_blocked(model_.blocked);
                break;
            case 4:
            case 5:
                act(signal, stops(signal) ? *rc::gen::element(Kind::ignored, Kind::handled)
                                          : *rc::gen::element(Kind::by_default, Kind::ignored, Kind::handled));
                break;
            default:
                deliver();
        }
        RC_ASSERT(program_.process().signals.group_exit == model_.dead);
        if (!model_.dead) {
            const SignalSet pending = program_.process().signals.pending.set | program_.own().pending.set;
            RC_ASSERT(pending == model_.pending());
            RC_ASSERT(program_.is_called() || (pending & ~model_.blocked) == 0);
        }
    }
    [[nodiscard]] bool dead() const { return model_.dead; }

private:
    void act(int signal, Kind kind) {
        model_.act(signal, kind);
        program_.act(signal, kind == Kind::handled ? k_handler : kind == Kind::ignored ? SignalAction::k_ignore : SignalAction::k_default,
                     SA_RESTORER | SA_SIGINFO | SA_NODEFER);
    }
    void deliver() {
        const auto expected = model_.deliver();
        bool ended = false;
        try {
            program_.return_to_program();
        } catch (const FakeProcesses::Ended&) {
            ended = true;
        }
        RC_ASSERT(ended == model_.dead);
        std::vector<std::pair<int, int>> ran;
        while (!ended && program_.frame().pc == k_handler) {
            const auto frame = Program::get<SignalFrame>(program_.frame().sp);
            ran.emplace_back(static_cast<int>(program_.frame().x[0]), frame.info._sifields._kill._pid);
            signals().sys_rt_sigreturn(program_.frame());
        }
        if (!ended) {
            std::ranges::reverse(ran);
            RC_ASSERT(ran == expected);
            RC_ASSERT(program_.own().blocked == model_.blocked);
            RC_ASSERT(program_.frame().sp == Program::k_stack_top);
        }
    }

    Program program_;
    Model model_;
};

RC_GTEST_PROP(SignalsProperty, DoWhatTheModelDoes, ()) {
    Run run;
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps && !run.dead(); ++i) {
        run.step();
    }
}

// Whatever bytes a program makes a frame of: it comes back at EL0, or is killed.
RC_GTEST_PROP(SignalsProperty, NoFrameGivesMoreThanEl0Has, ()) {
    arch::host::user_memory.reset();
    Program program;
    program.run();
    program.act(SIGUSR1, k_handler);
    RC_ASSERT(static_cast<bool>(signals().send(program.process(), kernel_signal(SIGUSR1))));
    program.return_to_program();
    arch::UserFrame& frame = program.frame();
    const std::uint64_t at = frame.sp;
    const auto size = static_cast<int>(sizeof(SignalFrame));
    const auto interesting = *rc::gen::inRange(0, 4);
    const int first = interesting == 0 ? 128 : interesting == 1 ? 128 + 176 + 33 * 8 : interesting == 2 ? 592 : 1110;
    const int changes = *rc::gen::inRange(1, 12);
    for (int i = 0; i < changes; ++i) {
        const int offset = std::min(size - 1, first + *rc::gen::inRange(0, 48));
        Program::put(at + static_cast<std::uint64_t>(offset), *rc::gen::arbitrary<std::uint8_t>());
    }
    if (*rc::gen::inRange(0, 8) == 0) {
        frame.sp = *rc::gen::arbitrary<std::uint64_t>();
    }
    signals().sys_rt_sigreturn(frame);
    constexpr std::uint64_t allowed = PSR_N_BIT | PSR_Z_BIT | PSR_C_BIT | PSR_V_BIT | PSR_TCO_BIT | PSR_DIT_BIT | PSR_SSBS_BIT | PSR_BTYPE_MASK;
    RC_ASSERT((frame.pstate & ~allowed) == 0U);
    RC_ASSERT(frame.call == -1);
    RC_ASSERT((program.own().blocked & k_unmaskable) == 0U);
    signals().flush(program.leader());
    signals().end(program.process());
    processes().reset();
    arch::set_current(&arch::host::first_head);
}

}  // namespace
}  // namespace phx::task
