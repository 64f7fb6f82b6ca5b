#include <task/process_timers/process_timers.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include <arch/resource_abi.hpp>
#include <arch/user_access.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::task {
namespace {

constexpr std::uint64_t k_at = arch::host::k_user_base;
constexpr std::uint64_t k_old = k_at + 64;
constexpr std::uint64_t k_event = k_at + 128;
constexpr std::uint64_t k_id = k_at + 256;
constexpr std::uint64_t k_set = k_at + 264;
constexpr std::uint64_t k_info = k_at + 512;
constexpr std::int64_t k_second = k_ns_per_second;
constexpr std::int64_t k_ms = 1'000'000;
constexpr int k_rt = 40;
constexpr SignalSet k_all = ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));

KernelThreads& threads() { return wiring::dut; }
ProcessTimers& calls() { return wiring::calls; }
KernelSignals& signals() { return wiring::signals; }
FakeProcesses& processes() { return wiring::fake_processes; }
Nanoseconds now() { return wiring::fake_clock.now(); }

template <class T>
void put(std::uint64_t at, const T& value) {
    std::memcpy(arch::host::user_memory.at(at), &value, sizeof value);
}
template <class T>
T get(std::uint64_t at) {
    T value;
    std::memcpy(&value, arch::host::user_memory.at(at), sizeof value);
    return value;
}

class ProcessTimersTest : public ::testing::Test {
protected:
    // Runs a body as the thread of a program that blocks all signals, and so finds them where it looks.
    void run(std::function<void()> body) {
        arch::host::user_memory.reset();
        FiberMachine::run([&] {
            Process& process = processes().add(100);
            process.signals.handlers = *signals().create_handlers();
            UserThread& user = *process.leader;
            const auto thread = threads().create({.name = "program", .user = &user, .held = true},
                                                 [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); }, &body);
            ASSERT_TRUE(thread);
            user.thread = *thread;
            user.signals.blocked = k_all;
            (*thread)->detached = false;
            threads().start(**thread);
            threads().join(**thread);
            user.thread = nullptr;
            calls().end(process);
            EXPECT_EQ(process.signals.timers, nullptr);
            signals().end(process);
            EXPECT_EQ(process.signals.queued, 0U);
        });
        processes().reset();
        EXPECT_EQ(wiring::fake_timers.pending(), 0U);
        EXPECT_EQ(wiring::fake_heap.stats().live_objects, 0U);
    }
    static void pass(std::int64_t nanoseconds) { threads().sleep_until(now() + Nanoseconds{nanoseconds}); }
    // The next of these signals, within a second; 0: none came.
    static int wait(SignalSet set = ~SignalSet{0}, std::int64_t within = k_second) {
        put(k_set, set);
        put(k_set + 16, to_timespec(Nanoseconds{within}));
        const Result<int> got = signals().sys_rt_sigtimedwait(UserPtr<const SignalSet>{k_set}, UserPtr<uapi::siginfo_t>{k_info},
                                                              UserPtr<const __kernel_timespec>{k_set + 16}, 8);
        return got ? *got : 0;
    }
    static SignalInfo info() { return get<SignalInfo>(k_info); }

    static Errno setitimer(int which, std::int64_t microseconds, std::int64_t interval = 0) {
        put(k_at, uapi::itimerval{.it_interval = {interval / 1'000'000, interval % 1'000'000},
                                  .it_value = {microseconds / 1'000'000, microseconds % 1'000'000}});
        const auto result = calls().sys_setitimer(which, UserPtr<const struct uapi::itimerval>{k_at}, UserPtr<struct uapi::itimerval>{k_old});
        return result ? Errno{} : result.error();
    }
    static std::int64_t old_value() {
        const auto value = get<uapi::itimerval>(k_old).it_value;
        return value.tv_sec * 1'000'000 + value.tv_usec;
    }
    static std::int64_t getitimer(int which) {
        EXPECT_TRUE(calls().sys_getitimer(which, UserPtr<struct uapi::itimerval>{k_old}));
        return old_value();
    }

    static Result<int> create(int clock, int notify = SIGEV_SIGNAL, int signal = k_rt, int tid = 0) {
        struct uapi::sigevent event{};
        event.sigev_notify = notify;
        event.sigev_signo = signal;
        event.sigev_value.sival_int = 4711;
        event._sigev_un._tid = tid;
        put(k_event, event);
        TRY(calls().sys_timer_create(clock, UserPtr<const struct uapi::sigevent>{k_event}, UserPtr<int>{k_id}));
        return get<int>(k_id);
    }
    static Errno settime(int id, std::int64_t value, std::int64_t interval = 0, int flags = 0) {
        const auto make = [](std::int64_t time) { return __kernel_timespec{time / k_second, time % k_second}; };
        put(k_at, __kernel_itimerspec{.it_interval = make(interval), .it_value = make(value)});
        const auto result = calls().sys_timer_settime(id, flags, UserPtr<const __kernel_itimerspec>{k_at}, UserPtr<__kernel_itimerspec>{k_old});
        return result ? Errno{} : result.error();
    }
    static std::int64_t left_in(std::uint64_t at) {
        const auto value = get<__kernel_itimerspec>(at).it_value;
        return value.tv_sec * k_second + value.tv_nsec;
    }
    static std::int64_t gettime(int id) {
        EXPECT_TRUE(calls().sys_timer_gettime(id, UserPtr<__kernel_itimerspec>{k_old}));
        return left_in(k_old);
    }
};

TEST_F(ProcessTimersTest, AnAlarmComesOnceAndCanBeTakenBack) {
    run([] {
        EXPECT_EQ(getitimer(ITIMER_REAL), 0);
        EXPECT_EQ(setitimer(ITIMER_REAL, 500'000), Errno{});
        EXPECT_EQ(old_value(), 0);
        pass(100 * k_ms);
        EXPECT_EQ(getitimer(ITIMER_REAL), 400'000);
        EXPECT_EQ(wait(), SIGALRM);
        EXPECT_EQ(info().si_code, SI_KERNEL);
        EXPECT_EQ(getitimer(ITIMER_REAL), 0);
        EXPECT_EQ(wait(), 0);
        EXPECT_EQ(setitimer(ITIMER_REAL, 500'000), Errno{});
        EXPECT_EQ(setitimer(ITIMER_REAL, 300'000), Errno{});
        EXPECT_EQ(old_value(), 500'000);
        const Nanoseconds start = now();
        EXPECT_EQ(wait(), SIGALRM);
        EXPECT_EQ((now() - start).count(), 300 * k_ms);
        EXPECT_EQ(setitimer(ITIMER_REAL, 300'000), Errno{});
        EXPECT_TRUE(calls().sys_setitimer(ITIMER_REAL, {}, {}));
        EXPECT_EQ(wait(), 0);
        EXPECT_EQ(setitimer(3, 1), Errno::inval);
        EXPECT_EQ(setitimer(ITIMER_REAL, -1), Errno::inval);
        put(k_at, uapi::itimerval{.it_interval = {}, .it_value = {0, 1'000'000}});
        EXPECT_EQ(calls().sys_setitimer(ITIMER_REAL, UserPtr<const struct uapi::itimerval>{k_at}, {}).error(), Errno::inval);
        EXPECT_EQ(calls().sys_getitimer(-1, UserPtr<struct uapi::itimerval>{k_at}).error(), Errno::inval);
        EXPECT_EQ(calls().sys_getitimer(0, UserPtr<struct uapi::itimerval>{8}).error(), Errno::fault);
    });
}

TEST_F(ProcessTimersTest, AlarmsGoOnWhenTheirSignalIsTaken) {
    run([] {
        const Nanoseconds start = now();
        EXPECT_EQ(setitimer(ITIMER_REAL, 10'000, 20'000), Errno{});
        EXPECT_EQ(wait(), SIGALRM);
        EXPECT_EQ((now() - start).count(), 10 * k_ms);
        EXPECT_EQ(wait(), SIGALRM);
        EXPECT_EQ((now() - start).count(), 30 * k_ms);
        pass(55 * k_ms);
        EXPECT_LE(wiring::fake_timers.expired(), 50U);
        EXPECT_EQ(wait(), SIGALRM);
        EXPECT_EQ((now() - start).count(), 85 * k_ms) << "it was there";
        EXPECT_EQ(wait(), SIGALRM);
        EXPECT_EQ((now() - start).count(), 90 * k_ms) << "in step with the first";
        // A program that does not look is not interrupted ever more.
        EXPECT_EQ(setitimer(ITIMER_REAL, 1, 1), Errno{});
        const std::uint64_t before = wiring::fake_timers.expired();
        pass(k_second);
        EXPECT_LE(wiring::fake_timers.expired() - before, 3U);
    });
}

TEST_F(ProcessTimersTest, ProfilingGoesByCpuTime) {
    run([] {
        EXPECT_EQ(setitimer(ITIMER_PROF, 10'000, 10'000), Errno{});
        EXPECT_EQ(setitimer(ITIMER_VIRTUAL, 15'000), Errno{});
        EXPECT_EQ(wait(), 0) << "it sleeps";
        EXPECT_EQ(getitimer(ITIMER_PROF), 10'000);
        const std::uint64_t before = wiring::fake_timers.expired();
        pass(20 * k_second);
        EXPECT_LE(wiring::fake_timers.expired() - before, 420U) << "and is looked at seldom";
        wiring::fake_clock.advance(Nanoseconds{10 * k_ms});
        EXPECT_EQ(wait(~SignalSet{0}, 70 * k_ms), SIGPROF);
        EXPECT_EQ(getitimer(ITIMER_PROF), 10'000);
        EXPECT_EQ(getitimer(ITIMER_VIRTUAL), 5'000);
        wiring::fake_clock.advance(Nanoseconds{5 * k_ms});
        EXPECT_EQ(wait(~SignalSet{0}, 70 * k_ms), SIGVTALRM);
        EXPECT_EQ(getitimer(ITIMER_VIRTUAL), 0);
        wiring::fake_clock.advance(Nanoseconds{40 * k_ms});
        EXPECT_EQ(wait(~SignalSet{0}, 70 * k_ms), SIGPROF);
        EXPECT_EQ(wait(~SignalSet{0}, 70 * k_ms), 0) << "what was missed is not made up for";
    });
}

TEST_F(ProcessTimersTest, TheLimitOfCpuTimeRemindsThenKills) {
    run([] {
        Process& process = current_process();
        process.limits[RLIMIT_CPU] = {.soft = 1, .hard = 3};
        calls().limit_changed(process);
        EXPECT_EQ(wait(), 0);
        wiring::fake_clock.advance(Nanoseconds{k_second});
        EXPECT_EQ(wait(), SIGXCPU);
        EXPECT_EQ(process.limits[RLIMIT_CPU].soft, 2U);
        wiring::fake_clock.advance(Nanoseconds{k_second});
        EXPECT_EQ(wait(), SIGXCPU);
        wiring::fake_clock.advance(Nanoseconds{k_second});
        EXPECT_EQ(wait(), 0);
        EXPECT_EQ(processes().take_events(), (std::vector<FakeProcesses::Event>{{FakeProcesses::Event::called_to_end, 100, SIGKILL}}));
        current().user_work = 0;
    });
}

TEST_F(ProcessTimersTest, ATimersSignalSaysWhoseItIs) {
    run([] {
        const int first = *create(CLOCK_MONOTONIC);
        const int second = *create(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR1);
        EXPECT_NE(first, second);
        EXPECT_EQ(settime(first, 10 * k_ms), Errno{});
        EXPECT_EQ(settime(second, 5 * k_ms), Errno{});
        EXPECT_EQ(gettime(first), 10 * k_ms);
        EXPECT_EQ(wait(), SIGUSR1);
        EXPECT_EQ(info()._sifields._timer._tid, second);
        EXPECT_EQ(wait(), k_rt);
        EXPECT_EQ(info().si_code, SI_TIMER);
        EXPECT_EQ(info()._sifields._timer._tid, first);
        EXPECT_EQ(info()._sifields._timer._overrun, 0);
        EXPECT_EQ(info()._sifields._timer._sigval.sival_int, 4711);
        EXPECT_EQ(gettime(first), 0);
        EXPECT_EQ(wait(), 0);
        EXPECT_TRUE(calls().sys_timer_create(CLOCK_BOOTTIME, {}, UserPtr<int>{k_id}));
        EXPECT_EQ(settime(get<int>(k_id), 1), Errno{});
        EXPECT_EQ(wait(), SIGALRM) << "without an event";
        EXPECT_EQ(info()._sifields._timer._sigval.sival_int, get<int>(k_id));
    });
}

TEST_F(ProcessTimersTest, WhatIsMissedIsCounted) {
    run([] {
        const int id = *create(CLOCK_MONOTONIC);
        const Nanoseconds start = now();
        EXPECT_EQ(settime(id, 10 * k_ms, 10 * k_ms), Errno{});
        EXPECT_EQ(wait(), k_rt);
        EXPECT_EQ((now() - start).count(), 10 * k_ms);
        EXPECT_EQ(info()._sifields._timer._overrun, 0);
        EXPECT_EQ(*calls().sys_timer_getoverrun(id), 0);
        pass(45 * k_ms);
        EXPECT_EQ(gettime(id), 5 * k_ms) << "asking brings it up to date";
        EXPECT_EQ(wait(), k_rt);
        EXPECT_EQ(info()._sifields._timer._overrun, 3) << "at 20; missed 30, 40 and 50";
        EXPECT_EQ(*calls().sys_timer_getoverrun(id), 3);
        EXPECT_EQ(wait(), k_rt);
        EXPECT_EQ((now() - start).count(), 60 * k_ms);
        EXPECT_EQ(*calls().sys_timer_getoverrun(id), 0);
        // Set anew while its signal waits: that one stays, and counts the next.
        pass(15 * k_ms);
        EXPECT_EQ(settime(id, 5 * k_ms), Errno{});
        EXPECT_EQ(left_in(k_old), 5 * k_ms);
        pass(50 * k_ms);
        EXPECT_EQ(wait(), k_rt);
        EXPECT_EQ(info()._sifields._timer._overrun, 1);
        EXPECT_EQ(wait(), 0);
    });
}

TEST_F(ProcessTimersTest, AnIgnoredTimerGoesOnByItself) {
    run([] {
        current_process().signals.handlers->actions[k_rt - 1].handler = SignalAction::k_ignore;
        current_user().signals.blocked = 0;
        const int id = *create(CLOCK_MONOTONIC);
        const std::uint64_t before = wiring::fake_timers.expired();
        EXPECT_EQ(settime(id, 1, 1), Errno{});
        pass(k_second);
        EXPECT_LE(wiring::fake_timers.expired() - before, 260U) << "but not at any rate";
        current_user().signals.blocked = k_all;
        EXPECT_EQ(wait(), k_rt);
        EXPECT_GT(info()._sifields._timer._overrun, 1'000'000);
    });
}

TEST_F(ProcessTimersTest, SilentTimersAreOnlyAsked) {
    run([] {
        const int id = *create(CLOCK_MONOTONIC, SIGEV_NONE, 0);
        EXPECT_EQ(settime(id, 10 * k_ms), Errno{});
        pass(4 * k_ms);
        EXPECT_EQ(gettime(id), 6 * k_ms);
        EXPECT_EQ(wait(), 0);
        EXPECT_EQ(gettime(id), 0);
        EXPECT_EQ(settime(id, 10 * k_ms, 10 * k_ms), Errno{});
        pass(35 * k_ms);
        EXPECT_EQ(gettime(id), 5 * k_ms);
    });
}

TEST_F(ProcessTimersTest, PointsInTimeFollowTheClockThatIsSet) {
    run([] {
        const Nanoseconds start = now();
        const std::int64_t real = wiring::clocks.realtime().count();
        const int id = *create(CLOCK_REALTIME);
        const int other = *create(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR1);
        EXPECT_EQ(settime(id, real + 100 * k_second, 0, TIMER_ABSTIME), Errno{});
        EXPECT_EQ(settime(other, 60 * k_second), Errno{});
        pass(10 * k_second);
        ASSERT_TRUE(wiring::clocks.set_realtime(Nanoseconds{real + 90 * k_second}));
        calls().clock_was_set();
        EXPECT_EQ(gettime(id), 10 * k_second);
        EXPECT_EQ(wait(~SignalSet{0}, 100 * k_second), k_rt);
        EXPECT_EQ((now() - start).count(), 20 * k_second);
        EXPECT_EQ(wait(~SignalSet{0}, 100 * k_second), SIGUSR1);
        EXPECT_EQ((now() - start).count(), 60 * k_second) << "a span is none";
        // Back, while it is armed.
        EXPECT_EQ(settime(id, wiring::clocks.realtime().count() + 5 * k_second, 0, TIMER_ABSTIME), Errno{});
        ASSERT_TRUE(wiring::clocks.set_realtime(wiring::clocks.realtime() - Nanoseconds{7 * k_second}));
        calls().clock_was_set();
        EXPECT_EQ(wait(~SignalSet{0}, 100 * k_second), k_rt);
        EXPECT_EQ((now() - start).count(), 72 * k_second);
        // In the past: at once.
        EXPECT_EQ(settime(id, 1, 0, TIMER_ABSTIME), Errno{});
        EXPECT_EQ(wait(), k_rt);
    });
}

TEST_F(ProcessTimersTest, CpuTimeClocksHaveTimers) {
    run([] {
        const int process = *create(CLOCK_PROCESS_CPUTIME_ID);
        const int thread = *create(CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1);
        EXPECT_EQ(settime(process, 20 * k_ms, 20 * k_ms), Errno{});
        EXPECT_EQ(settime(thread, 30 * k_ms), Errno{});
        EXPECT_EQ(wait(), 0);
        EXPECT_EQ(gettime(process), 20 * k_ms);
        wiring::fake_clock.advance(Nanoseconds{20 * k_ms});
        EXPECT_EQ(wait(), k_rt);
        EXPECT_EQ(gettime(process), 20 * k_ms);
        EXPECT_EQ(gettime(thread), 10 * k_ms);
        wiring::fake_clock.advance(Nanoseconds{10 * k_ms});
        EXPECT_EQ(wait(), SIGUSR1);
        wiring::fake_clock.advance(Nanoseconds{65 * k_ms});
        EXPECT_EQ(wait(), k_rt);
        EXPECT_EQ(info()._sifields._timer._overrun, 2);
        EXPECT_TRUE(calls().sys_timer_delete(process));
        EXPECT_EQ(wait(), 0);
    });
}

TEST_F(ProcessTimersTest, AThreadCanBeTold) {
    run([] {
        UserThread& other = processes().add_thread(current_process(), 101);
        const auto body = [](void*) {};
        other.thread = *threads().create({.name = "other", .user = &other, .held = true}, body, nullptr);
        const int id = *create(CLOCK_MONOTONIC, SIGEV_SIGNAL | SIGEV_THREAD_ID, k_rt, 101);
        other.signals.blocked = signal_bit(k_rt);
        EXPECT_EQ(settime(id, 5), Errno{});
        EXPECT_EQ(wait(), 0);
        EXPECT_EQ(other.signals.pending.set, signal_bit(k_rt));
        signals().flush(other);
        EXPECT_EQ(settime(id, 5, 5), Errno{});
        EXPECT_EQ(wait(), 0) << "it has ended";
        EXPECT_EQ(create(CLOCK_MONOTONIC, SIGEV_SIGNAL | SIGEV_THREAD_ID, k_rt, 999).error(), Errno::inval);
        Thread* const kernel = other.thread;
        other.thread = nullptr;
        threads().discard(*kernel);
    });
}

TEST_F(ProcessTimersTest, AreCreatedWithinLimitsAndGoWithTheirProgram) {
    run([] {
        EXPECT_EQ(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 0).error(), Errno::inval);
        EXPECT_EQ(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 65).error(), Errno::inval);
        EXPECT_EQ(create(CLOCK_MONOTONIC, 7).error(), Errno::inval);
        EXPECT_EQ(create(CLOCK_MONOTONIC_COARSE).error(), Errno::opnotsupp);
        EXPECT_EQ(create(CLOCK_MONOTONIC_RAW).error(), Errno::opnotsupp);
        EXPECT_EQ(create(10).error(), Errno::inval);
        EXPECT_EQ(calls().sys_timer_create(CLOCK_MONOTONIC, UserPtr<const struct uapi::sigevent>{8}, UserPtr<int>{k_id}).error(), Errno::fault);
        EXPECT_EQ(calls().sys_timer_create(CLOCK_MONOTONIC, {}, UserPtr<int>{8}).error(), Errno::fault);
        EXPECT_EQ(settime(0, 5), Errno::inval) << "what could not be told is not there";
        const int id = *create(CLOCK_MONOTONIC);
        EXPECT_EQ(settime(id, -1), Errno::inval);
        EXPECT_EQ(settime(id, 0, k_second), Errno{});
        EXPECT_EQ(get<__kernel_itimerspec>(k_old).it_interval.tv_sec, 0);
        EXPECT_EQ(settime(id + 1, 5), Errno::inval);
        EXPECT_EQ(settime(-1, 5), Errno::inval);
        EXPECT_EQ(settime(TimerSet::k_most, 5), Errno::inval);
        EXPECT_EQ(calls().sys_timer_settime(id, 0, {}, {}).error(), Errno::inval);
        EXPECT_EQ(calls().sys_timer_getoverrun(99).error(), Errno::inval);
        EXPECT_TRUE(calls().sys_timer_delete(id));
        EXPECT_EQ(calls().sys_timer_delete(id).error(), Errno::inval);
        current_process().limits[RLIMIT_SIGPENDING].soft = 3;
        for (int i = 0; i < 3; ++i) {
            EXPECT_TRUE(create(CLOCK_MONOTONIC));
        }
        EXPECT_EQ(create(CLOCK_MONOTONIC).error(), Errno::again);
        current_process().limits[RLIMIT_SIGPENDING].soft = 100'000;
        int last = 0;
        int made = 3;
        for (Result<int> more = create(CLOCK_MONOTONIC); more; more = create(CLOCK_MONOTONIC)) {
            last = *more;
            ++made;
        }
        EXPECT_EQ(made, TimerSet::k_most);
        EXPECT_EQ(settime(last, 5, 5), Errno{});
        pass(100);
        EXPECT_EQ(setitimer(ITIMER_REAL, 1'000), Errno{});
        calls().on_exec(current_process());
        EXPECT_EQ(settime(last, 5), Errno::inval);
        EXPECT_EQ(wait(), SIGALRM) << "alarms stay; the timer's signal is gone";
        EXPECT_EQ(settime(*create(CLOCK_MONOTONIC), k_second), Errno{});
    });
}

}  // namespace
}  // namespace phx::task
