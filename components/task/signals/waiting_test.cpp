// Signals to threads that wait for them, or stop.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include <task/interfaces/fiber_machine.hpp>
#include <task/signals/program_test.hpp>

#include <linux/time_types.h>

namespace phx::task {

KernelSignals& signals() { return wiring::signals; }

namespace {

using Event = FakeProcesses::Event;

constexpr std::uint64_t k_handler = 0x50'0000;
constexpr int k_rt = 40;

KernelThreads& threads() { return wiring::dut; }
Nanoseconds after(std::int64_t nanoseconds) { return wiring::fake_clock.now() + Nanoseconds{nanoseconds}; }

// A process whose threads are fibers. It goes once they have ended.
class Team {
public:
    explicit Team(Pid pid) : process_{processes().add(pid)} { process_.signals.handlers = *signals().create_handlers(); }

    // Its first thread, then further ones; the journal gets a '!' if the process is called to end.
    UserThread& start(std::function<void()> body) {
        UserThread& user = bodies_.empty() ? *process_.leader : processes().add_thread(process_, process_.pid + static_cast<Pid>(bodies_.size()));
        bodies_.push_back(std::make_unique<std::function<void()>>([this, body = std::move(body)] {
            try {
                body();
            } catch (const FakeProcesses::Ended&) {
                journal += '!';
            }
            UserThread& self = current_user();
            signals().flush(self);
            const SpinGuard guard{process_.lock};
            IntrusiveList<UserThread>::remove(self);
            --process_.thread_count;
        }));
        const auto made = threads().create({.name = "member", .user = &user, .held = true},
                                           [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); }, bodies_.back().get());
        EXPECT_TRUE(made);
        user.thread = *made;
        user.frame() = {};
        user.frame().sp = Program::k_stack_top - 0x4000 * (bodies_.size() - 1);
        user.frame().pc = Program::k_code;
        user.frame().call = -1;
        threads().start(**made);
        threads().yield();
        return user;
    }
    // What a program does that does nothing: until told otherwise.
    void idle(const bool& done) {
        while (!done) {
            signals().on_return(current_user().frame());
            threads().yield();
        }
    }
    void send(int signal) { EXPECT_TRUE(signals().send(process_, kernel_signal(signal))); }
    void act(int signal, std::uint64_t handler, std::uint64_t flags = SA_RESTORER) {
        process_.signals.handlers->actions[static_cast<std::size_t>(signal - 1)] = {.handler = handler, .flags = flags, .restorer = 0x7000};
    }
    [[nodiscard]] Process& process() { return process_; }
    void finish() {
        EXPECT_EQ(process_.thread_count, 0U);
        signals().end(process_);
        EXPECT_EQ(process_.signals.queued, 0U);
    }

    std::string journal;

private:
    Process& process_;
    std::vector<std::unique_ptr<std::function<void()>>> bodies_;
};

void rest() {
    for (int i = 0; i < 20; ++i) {
        threads().yield();
    }
}

class Waiting : public ::testing::Test {
protected:
    void SetUp() override {
        arch::host::user_memory.reset();
        (void)processes().take_events();
    }
    void TearDown() override { processes().reset(); }
    static std::vector<Event> events() { return processes().take_events(); }
};

TEST_F(Waiting, SigsuspendEndsWithAHandlerAndTheOldMask) {
    FiberMachine::run([] {
        Team team{100};
        team.act(SIGUSR1, k_handler);
        team.act(SIGUSR2, SignalAction::k_ignore);
        UserThread& user = team.start([&] {
            UserThread& self = current_user();
            signals().set_blocked(signal_bit(SIGUSR1));
            Program::put(Program::k_data, signal_bit(SIGHUP));
            const Result<void> result = signals().sys_rt_sigsuspend(UserPtr<const SignalSet>{Program::k_data}, 8);
            EXPECT_EQ(result.error(), Errno::restart_no_hand);
            self.frame().call = 133;
            self.frame().x[0] = static_cast<std::uint64_t>(-static_cast<int>(result.error()));
            signals().on_return(self.frame());
            EXPECT_EQ(self.frame().pc, k_handler);
            signals().sys_rt_sigreturn(self.frame());
            EXPECT_EQ(self.signals.blocked, signal_bit(SIGUSR1));
            EXPECT_EQ(static_cast<std::int64_t>(self.frame().x[0]), -EINTR);
            team.journal += "back";
        });
        rest();
        EXPECT_EQ(user.signals.blocked, signal_bit(SIGHUP));
        team.send(SIGUSR2);
        team.send(SIGHUP);
        rest();
        EXPECT_EQ(team.journal, "");
        team.act(SIGHUP, SignalAction::k_ignore);
        team.send(SIGUSR1);
        rest();
        EXPECT_EQ(team.journal, "back");
        team.finish();
    });
}

class TimedWait : public Waiting {
protected:
    static constexpr std::uint64_t k_set = Program::k_data;
    static constexpr std::uint64_t k_info = Program::k_data + 0x100;
    static constexpr std::uint64_t k_time = Program::k_data + 0x200;

    static Result<int> wait(SignalSet set, std::int64_t seconds, std::int64_t nanoseconds = 0) {
        Program::put(k_set, set);
        Program::put(k_time, __kernel_timespec{seconds, nanoseconds});
        return signals().sys_rt_sigtimedwait(UserPtr<const SignalSet>{k_set}, UserPtr<uapi::siginfo_t>{k_info},
                                             UserPtr<const __kernel_timespec>{seconds == -2 ? 0 : k_time}, 8);
    }
};

TEST_F(TimedWait, TakesWhatIsPendingThenWhatComes) {
    FiberMachine::run([] {
        Team team{100};
        team.start([&] {
            signals().set_blocked(signal_bit(SIGUSR1) | signal_bit(k_rt) | signal_bit(SIGCHLD));
            EXPECT_TRUE(signals().send(team.process(), user_signal(k_rt, 1, 0, SI_QUEUE)));
            EXPECT_TRUE(signals().send(team.process(), user_signal(k_rt, 2, 0, SI_QUEUE)));
            EXPECT_EQ(*wait(signal_bit(k_rt), 0), k_rt);
            EXPECT_EQ(Program::get<uapi::siginfo_t>(k_info)._sifields._rt._pid, 1);
            EXPECT_EQ(*wait(signal_bit(k_rt), 0), k_rt);
            EXPECT_EQ(Program::get<uapi::siginfo_t>(k_info)._sifields._rt._pid, 2);
            EXPECT_EQ(wait(signal_bit(k_rt), 0).error(), Errno::again);
            team.journal += '1';
            EXPECT_EQ(*wait(signal_bit(SIGUSR1) | signal_bit(SIGCHLD), 100), SIGCHLD) << "ignored by default, but waited for";
            team.journal += '2';
            EXPECT_EQ(*wait(signal_bit(SIGUSR1), -2), SIGUSR1) << "no handler, not fatal";
            team.journal += '3';
            EXPECT_EQ(current_user().signals.blocked, signal_bit(SIGUSR1) | signal_bit(k_rt) | signal_bit(SIGCHLD));
            EXPECT_FALSE(signals().is_pending(current_user()));
        });
        rest();
        EXPECT_EQ(team.journal, "1");
        team.send(SIGCHLD);
        rest();
        EXPECT_EQ(team.journal, "12");
        team.send(SIGUSR1);
        rest();
        EXPECT_EQ(team.journal, "123");
        team.finish();
    });
    EXPECT_TRUE(events().empty());
}

TEST_F(TimedWait, EndsAtItsDeadlineOrForAnotherSignal) {
    FiberMachine::run([] {
        Team team{100};
        team.act(SIGUSR2, k_handler);
        UserThread& user = team.start([&] {
            signals().set_blocked(signal_bit(SIGUSR1));
            const Nanoseconds end = after(3'000'000'005);
            EXPECT_EQ(wait(signal_bit(SIGUSR1), 3, 5).error(), Errno::again);
            EXPECT_EQ(wiring::fake_clock.now(), end);
            EXPECT_EQ(wait(signal_bit(SIGUSR1), 3, 1'000'000'000).error(), Errno::inval);
            EXPECT_EQ(wait(signal_bit(SIGUSR1), -1).error(), Errno::inval);
            team.journal += "timed out;";
            EXPECT_EQ(wait(signal_bit(SIGUSR1), INT64_MAX).error(), Errno::intr);
            EXPECT_EQ(current_user().signals.blocked, signal_bit(SIGUSR1));
            signals().on_return(current_user().frame());
            EXPECT_EQ(current_user().frame().pc, k_handler);
            team.journal += "handled;";
        });
        threads().sleep_until(after(4'000'000'000));
        EXPECT_EQ(team.journal, "timed out;");
        EXPECT_EQ(user.signals.blocked, 0U);
        EXPECT_EQ(user.signals.real_blocked, signal_bit(SIGUSR1));
        team.send(SIGUSR2);
        rest();
        EXPECT_EQ(team.journal, "timed out;handled;");
        team.finish();
    });
}

TEST_F(Waiting, AllThreadsStopAndGoOn) {
    FiberMachine::run([] {
        bool done = false;
        Team team{100};
        UserThread& a = team.start([&] { team.idle(done); });
        UserThread& b = team.start([&] { team.idle(done); });
        for (int round = 0; round < 3; ++round) {
            team.send(round == 1 ? SIGTSTP : SIGSTOP);
            rest();
            EXPECT_TRUE(a.signals.stopped);
            EXPECT_TRUE(b.signals.stopped);
            EXPECT_EQ(events(), (std::vector<Event>{{Event::stopped, 100, round == 1 ? SIGTSTP : SIGSTOP}}));
            EXPECT_EQ(threads().load_of(0).runnable, 1U) << "they do not run";
            team.send(SIGWINCH);
            rest();
            EXPECT_TRUE(a.signals.stopped);
            team.send(SIGCONT);
            rest();
            EXPECT_FALSE(a.signals.stopped);
            EXPECT_EQ(events(), (std::vector<Event>{{Event::went_on, 100, 0}}));
            EXPECT_EQ(threads().load_of(0).runnable, 3U);
        }
        done = true;
        rest();
        team.finish();
    });
}

TEST_F(Waiting, AThreadThatSleepsStopsToo) {
    FiberMachine::run([] {
        bool done = false;
        SpinLock lock{SignalHandlers::k_lock_class};
        WaitQueue queue{"test"};
        Team team{100};
        team.act(SIGUSR1, k_handler);
        UserThread& sleeper = team.start([&] {
            UserThread& self = current_user();
            while (!done) {
                bool woken = false;
                {
                    SpinGuard guard{lock};
                    woken = queue.wait_interruptible(guard, [&] { return done; });
                }
                self.frame().call = 63;
                self.frame().original_x0 = 9;
                self.frame().pc = Program::k_code;
                self.frame().x[0] = woken ? 0 : static_cast<std::uint64_t>(-static_cast<int>(Errno::restart_sys));
                signals().on_return(self.frame());
                EXPECT_EQ(self.frame().pc, woken ? Program::k_code : Program::k_code - 4) << "the call starts again";
                team.journal += 's';
            }
        });
        UserThread& other = team.start([&] { team.idle(done); });
        team.send(SIGSTOP);
        rest();
        EXPECT_TRUE(sleeper.signals.stopped);
        EXPECT_TRUE(other.signals.stopped);
        EXPECT_EQ(team.journal, "");
        team.send(SIGCONT);
        rest();
        EXPECT_EQ(team.journal, "s");
        EXPECT_EQ(events(), (std::vector<Event>{{Event::stopped, 100, SIGSTOP}, {Event::went_on, 100, 0}}));
        done = true;
        {
            SpinGuard guard{lock};
            queue.wake_all(guard);
        }
        rest();
        team.finish();
    });
}

TEST_F(Waiting, AStopIsUndoneBeforeAllHaveStopped) {
    FiberMachine::run([] {
        bool done = false;
        Team team{100};
        UserThread& a = team.start([&] { team.idle(done); });
        bool second_may_look = false;
        UserThread& b = team.start([&] {
            while (!second_may_look) {
                threads().yield();
            }
            team.idle(done);
        });
        team.send(SIGSTOP);
        rest();
        EXPECT_TRUE(a.signals.stopped);
        EXPECT_TRUE(b.signals.must_stop);
        EXPECT_TRUE(events().empty());
        team.send(SIGCONT);
        rest();
        EXPECT_FALSE(a.signals.stopped);
        EXPECT_FALSE(b.signals.must_stop);
        team.send(SIGSTOP);
        rest();
        second_may_look = true;
        rest();
        EXPECT_EQ(events(), (std::vector<Event>{{Event::stopped, 100, SIGSTOP}}));
        team.send(SIGCONT);
        done = true;
        rest();
        EXPECT_EQ(events(), (std::vector<Event>{{Event::went_on, 100, 0}}));
        team.finish();
    });
}

TEST_F(Waiting, AStopDoesNotWaitForAThreadThatEnds) {
    FiberMachine::run([] {
        bool done = false;
        bool leave = false;
        Team team{100};
        team.start([&] { team.idle(done); });
        team.start([&] {
            while (!leave) {
                threads().yield();
            }
        });
        team.send(SIGSTOP);
        rest();
        EXPECT_TRUE(events().empty());
        leave = true;
        rest();
        EXPECT_EQ(events(), (std::vector<Event>{{Event::stopped, 100, SIGSTOP}}));
        team.send(SIGCONT);
        done = true;
        rest();
        team.finish();
    });
}

TEST_F(Waiting, KillEndsStoppedAndWaitingThreads) {
    FiberMachine::run([] {
        bool done = false;
        Team team{100};
        team.start([&] { team.idle(done); });
        team.start([&] {
            signals().set_blocked(~SignalSet{0});
            Program::put(Program::k_data, ~SignalSet{0});
            (void)signals().sys_rt_sigsuspend(UserPtr<const SignalSet>{Program::k_data}, 8);
            team.idle(done);
        });
        team.send(SIGSTOP);
        rest();
        EXPECT_EQ(events(), (std::vector<Event>{{Event::stopped, 100, SIGSTOP}}));
        team.send(SIGTERM);
        rest();
        EXPECT_EQ(team.journal, "") << "stopped threads do not see it";
        team.send(SIGKILL);
        rest();
        EXPECT_EQ(team.journal, "!!");
        EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGKILL}}));
        team.finish();
    });
}

TEST_F(Waiting, AThreadIsCalledFromItsWaitBySignalsThatItDoesNotBlock) {
    FiberMachine::run([] {
        SpinLock lock{SignalHandlers::k_lock_class};
        WaitQueue queue{"test"};
        Team team{100};
        team.act(SIGUSR1, k_handler);
        team.act(SIGUSR2, k_handler);
        team.start([&] {
            signals().set_blocked(signal_bit(SIGUSR2));
            {
                SpinGuard guard{lock};
                EXPECT_FALSE(queue.wait_interruptible(guard, [] { return false; }));
            }
            team.journal += 'a';
            {
                SpinGuard guard{lock};
                EXPECT_FALSE(queue.wait_interruptible(guard, [] { return false; })) << "it has not looked at it yet";
                EXPECT_TRUE(queue.wait_interruptible(guard, [] { return true; }));
            }
            signals().on_return(current_user().frame());
            team.journal += 'b';
            SpinGuard guard{lock};
            EXPECT_EQ(queue.wait_interruptible_until(guard, after(10), [] { return false; }), WaitEnd::timed_out);
        });
        team.send(SIGUSR2);
        rest();
        EXPECT_EQ(team.journal, "");
        team.send(SIGUSR1);
        threads().sleep_until(after(100));
        EXPECT_EQ(team.journal, "ab");
        team.finish();
    });
}

}  // namespace
}  // namespace phx::task
