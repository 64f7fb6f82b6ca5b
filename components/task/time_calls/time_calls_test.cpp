#include <task/time_calls/time_calls.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include <arch/user_access.hpp>
#include <sync/parking.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::task {
namespace {

constexpr std::uint64_t k_at = arch::host::k_user_base;
constexpr std::uint64_t k_left = k_at + 64;
constexpr std::int64_t k_second = k_ns_per_second;

KernelThreads& threads() { return wiring::dut; }
TimeCalls& calls() { return wiring::calls; }
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

class TimeCallsTest : public ::testing::Test {
protected:
    // Runs bodies as threads of a program's, the first of which is the process's.
    void run(std::vector<std::function<void()>> bodies, std::function<void()> beside = [] {}) {
        arch::host::user_memory.reset();
        FiberMachine::run([&] {
            Process& process = processes().add(100);
            std::vector<Thread*> made;
            for (std::function<void()>& body : bodies) {
                UserThread& user = made.empty() ? *process.leader : processes().add_thread(process, 100 + static_cast<Pid>(made.size()));
                users.push_back(&user);
                const auto thread = threads().create({.name = "program", .user = &user, .held = true},
                                                     [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); }, &body);
                ASSERT_TRUE(thread);
                user.thread = *thread;
                made.push_back(*thread);
            }
            for (Thread* thread : made) {
                thread->detached = false;
                threads().start(*thread);
            }
            threads().yield();
            beside();
            for (Thread* thread : made) {
                threads().join(*thread);
            }
        });
        users.clear();
        processes().reset();
    }
    void call_away() { sync::interrupt(*users[0]->thread); }

    static Errno nanosleep(std::int64_t seconds, std::int64_t nanoseconds, bool wants_left = false) {
        put(k_at, __kernel_timespec{seconds, nanoseconds});
        const auto result =
            calls().sys_nanosleep(UserPtr<const __kernel_timespec>{k_at}, UserPtr<__kernel_timespec>{wants_left ? k_left : 0});
        return result ? Errno{} : result.error();
    }
    static Errno clock_nanosleep(int clock, int flags, Nanoseconds time) {
        put(k_at, to_timespec(time));
        const auto result = calls().sys_clock_nanosleep(clock, flags, UserPtr<const __kernel_timespec>{k_at}, UserPtr<__kernel_timespec>{k_left});
        return result ? Errno{} : result.error();
    }
    static Result<Nanoseconds> clock_gettime(int clock) {
        TRY(calls().sys_clock_gettime(clock, UserPtr<__kernel_timespec>{k_at}));
        return to_nanoseconds(get<__kernel_timespec>(k_at));
    }
    static Errno clock_settime(int clock, Nanoseconds time) {
        put(k_at, to_timespec(time));
        const auto result = calls().sys_clock_settime(clock, UserPtr<const __kernel_timespec>{k_at});
        return result ? Errno{} : result.error();
    }

    std::vector<UserThread*> users;
};

TEST_F(TimeCallsTest, SleepsAsLongAsItWasAsked) {
    run({[] {
        const Nanoseconds start = now();
        EXPECT_EQ(nanosleep(2, 500), Errno{});
        EXPECT_EQ(now() - start, Nanoseconds{2 * k_second + 500});
        EXPECT_EQ(nanosleep(0, 0), Errno{});
        EXPECT_EQ(now() - start, Nanoseconds{2 * k_second + 500});
        EXPECT_EQ(nanosleep(0, k_second), Errno::inval);
        EXPECT_EQ(nanosleep(0, -1), Errno::inval);
        EXPECT_EQ(nanosleep(-1, 0), Errno::inval);
        EXPECT_EQ(calls().sys_nanosleep(UserPtr<const __kernel_timespec>{8}, {}).error(), Errno::fault);
        for (const int clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI}) {
            const Nanoseconds before = now();
            EXPECT_EQ(clock_nanosleep(clock, 0, Nanoseconds{k_second}), Errno{});
            EXPECT_EQ(now() - before, Nanoseconds{k_second});
            const Nanoseconds reading = *clock_gettime(clock);
            EXPECT_EQ(clock_nanosleep(clock, TIMER_ABSTIME, reading + Nanoseconds{77}), Errno{});
            EXPECT_EQ(*clock_gettime(clock), reading + Nanoseconds{77});
            EXPECT_EQ(clock_nanosleep(clock, TIMER_ABSTIME, Nanoseconds{0}), Errno{});
        }
        for (const int clock : {CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_THREAD_CPUTIME_ID}) {
            EXPECT_EQ(clock_nanosleep(clock, 0, Nanoseconds{1}), Errno::opnotsupp);
        }
        for (const int clock : {CLOCK_REALTIME_ALARM, 10, 12, 100, -1}) {
            EXPECT_EQ(clock_nanosleep(clock, 0, Nanoseconds{1}), Errno::inval) << clock;
        }
    }});
}

TEST_F(TimeCallsTest, AnInterruptedSleepGoesOnToItsEnd) {
    const Nanoseconds start = now();
    run({[&] {
            EXPECT_EQ(nanosleep(10, 0, true), Errno::restart_block);
            EXPECT_EQ(now() - start, Nanoseconds{3 * k_second});
            EXPECT_EQ(*to_nanoseconds(get<__kernel_timespec>(k_left)), Nanoseconds{7 * k_second});
            const RestartBlock& block = current_user().signals.restart;
            EXPECT_EQ(block.function(block).error(), Errno::restart_block) << "the signal waits still";
            current().user_work = 0;
            const auto result = block.function(block);
            ASSERT_TRUE(result);
            EXPECT_EQ(*result, 0);
            EXPECT_EQ(now() - start, Nanoseconds{10 * k_second});
        }},
        [&] {
            threads().sleep_until(start + Nanoseconds{3 * k_second});
            call_away();
        });
}

TEST_F(TimeCallsTest, NothingIsSaidOfWhatIsLeftOfAPointInTime) {
    const Nanoseconds start = now();
    run({[&] {
            put(k_left, std::uint64_t{7});
            EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, start + Nanoseconds{k_second}), Errno::restart_no_hand);
            EXPECT_EQ(get<std::uint64_t>(k_left), 7U);
            current().user_work = 0;
            EXPECT_EQ(calls().sys_nanosleep(UserPtr<const __kernel_timespec>{k_at}, UserPtr<__kernel_timespec>{0}).error(), Errno::restart_block);
        }},
        [&] {
            threads().sleep_until(start + Nanoseconds{10});
            call_away();
            threads().sleep_until(start + Nanoseconds{20});
            call_away();
        });
}

TEST_F(TimeCallsTest, SleepToATimeOfDayFollowsTheClock) {
    Nanoseconds real;
    const Nanoseconds start = now();
    run({[&] {
             real = *clock_gettime(CLOCK_REALTIME);
             EXPECT_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, real + Nanoseconds{100 * k_second}), Errno{});
             EXPECT_EQ(now() - start, Nanoseconds{40 * k_second}) << "set ahead, then a bit back";
         },
         [&] {
             EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, Nanoseconds{10 * k_second}), Errno{});
             EXPECT_EQ(clock_settime(CLOCK_REALTIME, real + Nanoseconds{80 * k_second}), Errno{});
             EXPECT_EQ(clock_nanosleep(CLOCK_REALTIME, 0, Nanoseconds{10 * k_second}), Errno{});
             EXPECT_EQ(*clock_gettime(CLOCK_REALTIME), real + Nanoseconds{90 * k_second});
             EXPECT_EQ(clock_settime(CLOCK_REALTIME, real + Nanoseconds{80 * k_second}), Errno{});
         }});
}

TEST_F(TimeCallsTest, CpuTimeIsWhatThreadsRan) {
    run({[&] {
        const Nanoseconds thread = *clock_gettime(CLOCK_THREAD_CPUTIME_ID);
        wiring::fake_clock.advance(Nanoseconds{500});
        EXPECT_EQ(*clock_gettime(CLOCK_THREAD_CPUTIME_ID) - thread, Nanoseconds{500});
        EXPECT_EQ(nanosleep(1, 0), Errno{});
        EXPECT_EQ(*clock_gettime(CLOCK_THREAD_CPUTIME_ID) - thread, Nanoseconds{500});
        // Numbers as pthread_getcpuclockid(3) and clock_getcpuclockid(3) make them.
        EXPECT_EQ(*clock_gettime(~100 * 8 | 4 | 2), *clock_gettime(CLOCK_THREAD_CPUTIME_ID));
        EXPECT_EQ(*clock_gettime(~0 * 8 | 4 | 2), *clock_gettime(CLOCK_THREAD_CPUTIME_ID));
        EXPECT_TRUE(clock_gettime(~100 * 8 | 2));
        EXPECT_EQ(clock_gettime(~999 * 8 | 2).error(), Errno::inval);
        EXPECT_EQ(clock_gettime(~999 * 8 | 6).error(), Errno::inval);
        EXPECT_EQ(clock_gettime(~0 * 8 | 3).error(), Errno::inval);
        EXPECT_EQ(clock_settime(~0 * 8 | 2, Nanoseconds{5}), Errno::perm);
        processes().find(100)->ended.user_time = Nanoseconds{5'000};
        processes().find(100)->ended.system_time = Nanoseconds{300};
        EXPECT_EQ(*clock_gettime(CLOCK_PROCESS_CPUTIME_ID), Nanoseconds{5'800});
        EXPECT_EQ(*clock_gettime(~0 * 8 | 1), Nanoseconds{5'500}) << "outside of the kernel";
    }});
}

TEST_F(TimeCallsTest, SleepsToACpuTime) {
    const Nanoseconds start = now();
    run({[&] {
             EXPECT_EQ(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, Nanoseconds{10'000'000}), Errno{});
             EXPECT_GE(now() - start, Nanoseconds{k_second});
             EXPECT_LE(now() - start, Nanoseconds{k_second + 100'000'000});
         },
         [&] {
             EXPECT_EQ(nanosleep(1, 0), Errno{});
             processes().find(100)->ended.user_time = Nanoseconds{10'000'000};
         }});
}

TEST_F(TimeCallsTest, ResolutionsAreLinuxs) {
    run({[] {
        for (const int clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_PROCESS_CPUTIME_ID}) {
            ASSERT_TRUE(calls().sys_clock_getres(clock, UserPtr<__kernel_timespec>{k_at}));
            EXPECT_EQ(*to_nanoseconds(get<__kernel_timespec>(k_at)), Nanoseconds{1});
        }
        ASSERT_TRUE(calls().sys_clock_getres(CLOCK_MONOTONIC_COARSE, UserPtr<__kernel_timespec>{k_at}));
        EXPECT_EQ(*to_nanoseconds(get<__kernel_timespec>(k_at)), Nanoseconds{4'000'000});
        EXPECT_TRUE(calls().sys_clock_getres(CLOCK_REALTIME, {}));
        EXPECT_EQ(calls().sys_clock_getres(10, {}).error(), Errno::inval);
    }});
}

TEST_F(TimeCallsTest, SettingTheTimeIsForWhoMay) {
    run({[&] {
        const Nanoseconds day = *clock_gettime(CLOCK_REALTIME) + Nanoseconds{k_second};
        EXPECT_EQ(clock_settime(CLOCK_MONOTONIC, day), Errno::inval);
        EXPECT_EQ(clock_settime(CLOCK_PROCESS_CPUTIME_ID, day), Errno::inval);
        put(k_at, __kernel_old_timeval{1'700'000'000, 250'000});
        put(k_left, uapi::timezone{-60, 0});
        const UserPtr<const __kernel_old_timeval> time{k_at};
        const UserPtr<const struct uapi::timezone> zone{k_left};
        auto* credentials = const_cast<Credentials*>(current_user().credentials.load());
        credentials->effective = 0;
        EXPECT_EQ(calls().sys_settimeofday(time, {}).error(), Errno::perm);
        EXPECT_EQ(clock_settime(CLOCK_REALTIME, day), Errno::perm);
        credentials->effective = k_all_capabilities;
        put(k_at, __kernel_old_timeval{1'700'000'000, 250'000});
        ASSERT_TRUE(calls().sys_settimeofday(time, {}));
        ASSERT_TRUE(calls().sys_gettimeofday(UserPtr<__kernel_old_timeval>{k_at}, {}));
        EXPECT_EQ(get<__kernel_old_timeval>(k_at).tv_sec, 1'700'000'000);
        EXPECT_EQ(get<__kernel_old_timeval>(k_at).tv_usec, 250'000);
        ASSERT_TRUE(calls().sys_settimeofday({}, zone));
        EXPECT_EQ(*clock_gettime(CLOCK_REALTIME), Nanoseconds{(1'700'000'000 - 3600) * k_second + 250'000'000}) << "it was local time";
        ASSERT_TRUE(calls().sys_settimeofday({}, zone));
        EXPECT_EQ(*clock_gettime(CLOCK_REALTIME), Nanoseconds{(1'700'000'000 - 3600) * k_second + 250'000'000}) << "once";
        ASSERT_TRUE(calls().sys_gettimeofday({}, UserPtr<struct uapi::timezone>{k_at}));
        EXPECT_EQ(get<uapi::timezone>(k_at).tz_minuteswest, -60);
        put(k_left, uapi::timezone{901, 0});
        EXPECT_EQ(calls().sys_settimeofday({}, zone).error(), Errno::inval);
        put(k_at, __kernel_old_timeval{5, 1'000'000});
        EXPECT_EQ(calls().sys_settimeofday(time, {}).error(), Errno::inval);
    }});
}

TEST_F(TimeCallsTest, AdjtimexTellsAndStepsButDoesNotCreep) {
    run({[&] {
        const UserPtr<struct uapi::__kernel_timex> at{k_at};
        const auto adjust = [&](const struct uapi::__kernel_timex& record) {
            put(k_at, record);
            const auto result = calls().sys_adjtimex(at);
            return result ? *result : -static_cast<int>(result.error());
        };
        EXPECT_EQ(adjust({}), TIME_ERROR);
        auto record = get<struct uapi::__kernel_timex>(k_at);
        EXPECT_EQ(record.status, STA_UNSYNC);
        EXPECT_EQ(record.tick, 10'000);
        EXPECT_EQ(record.time.tv_sec, (*clock_gettime(CLOCK_REALTIME)).count() / k_second);
        record = {};
        record.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_NANO;
        record.status = 0;
        record.maxerror = 12;
        EXPECT_EQ(adjust(record), TIME_OK);
        EXPECT_EQ(get<struct uapi::__kernel_timex>(k_at).maxerror, 12);
        record = {};
        record.modes = ADJ_FREQUENCY;
        EXPECT_EQ(adjust(record), TIME_OK);
        record.freq = 65536;
        EXPECT_EQ(adjust(record), -EOPNOTSUPP);
        record = {};
        record.modes = ADJ_SETOFFSET | ADJ_NANO;
        record.time.tv_sec = 100;
        record.time.tv_usec = 5;
        const Nanoseconds before = *clock_gettime(CLOCK_REALTIME);
        EXPECT_EQ(adjust(record), TIME_OK);
        EXPECT_EQ(*clock_gettime(CLOCK_REALTIME) - before, Nanoseconds{100 * k_second + 5});
        record.time.tv_usec = k_second;
        EXPECT_EQ(adjust(record), -EINVAL);
        record = {};
        record.modes = ADJ_OFFSET_SS_READ;
        const_cast<Credentials*>(current_user().credentials.load())->effective = 0;
        EXPECT_EQ(adjust(record), TIME_OK);
        record.modes = ADJ_OFFSET_SINGLESHOT;
        EXPECT_EQ(adjust(record), -EPERM);
        record.modes = ADJ_STATUS;
        EXPECT_EQ(adjust(record), -EPERM);
        put(k_at, (struct uapi::__kernel_timex){});
        EXPECT_EQ(calls().sys_clock_adjtime(CLOCK_MONOTONIC, at).error(), Errno::opnotsupp);
        EXPECT_EQ(calls().sys_clock_adjtime(99, at).error(), Errno::inval);
        EXPECT_TRUE(calls().sys_clock_adjtime(CLOCK_REALTIME, at));
    }});
}

}  // namespace
}  // namespace phx::task
