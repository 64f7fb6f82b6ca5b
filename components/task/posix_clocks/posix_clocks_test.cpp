// clock_getres(2): the numbers of clocks, also of other processes' and threads' CPU time (clock_getcpuclockid(3), pthread_getcpuclockid(3)).
#include <functional>

#include <task/interfaces/fake_processes/caller_test.hpp>
#include <task/interfaces/fiber_machine.hpp>
#include <task/posix_clocks/posix_clocks.hpp>

namespace phx::task {
namespace {

// Linux include/linux/posix-timers_types.h.
enum Kind : int { k_profile, k_virtual, k_scheduled, k_device };
constexpr int of_process(Pid pid, Kind kind = k_scheduled) { return ~pid << 3 | kind; }
constexpr int of_thread(Pid tid, Kind kind = k_scheduled) { return of_process(tid, kind) | 4; }

void pass(std::int64_t ns) {
    wiring::fake_clock.set(wiring::fake_clock.now() + Nanoseconds{ns});
    wiring::clocks.advance(Nanoseconds{ns});
}

class PosixClocks : public Caller {
protected:
    void SetUp() override { wiring::clocks.reset(); }
    void TearDown() override {}
    void run(const std::function<void()>& body) {
        FiberMachine::run([&] {
            begin();
            body();
            end();
        });
    }
    static std::int64_t read(int number) {
        const auto clock = find_clock(number);
        EXPECT_TRUE(clock) << number;
        return clock ? read_clock(*clock).count() : -1;
    }
    static bool is_none(int number) {
        const auto clock = find_clock(number);
        return !clock && clock.error() == Errno::inval;
    }
};

TEST_F(PosixClocks, TheMachinesHaveNumbers) {
    run([] {
        pass(1'000'000'000);
        ASSERT_TRUE(wiring::clocks.set_realtime(Nanoseconds{5'000'000'000}));
        for (const int number : {CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_TAI}) {
            EXPECT_EQ(read(number), 5'000'000'000) << number;
        }
        for (const int number : {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME}) {
            EXPECT_EQ(read(number), 1'000'000'000) << number;
        }
        EXPECT_TRUE(find_clock(CLOCK_REALTIME_COARSE)->coarse && find_clock(CLOCK_MONOTONIC_COARSE)->coarse);
        EXPECT_TRUE(find_clock(CLOCK_MONOTONIC_RAW)->raw);
        EXPECT_TRUE(find_clock(CLOCK_TAI)->tai);
        EXPECT_FALSE(find_clock(CLOCK_REALTIME)->is_cpu_time());
        for (const int none : {8, 9, 10, 12, 16, 1000, INT_MAX}) {
            EXPECT_TRUE(is_none(none)) << none;
        }
    });
}

TEST_F(PosixClocks, WhenAClockOfTheMachinesShowsATime) {
    run([] {
        pass(1'000);
        ASSERT_TRUE(wiring::clocks.set_realtime(Nanoseconds{101'000}));
        EXPECT_EQ(to_monotonic(ClockKind::monotonic, Nanoseconds{7}), Nanoseconds{7});
        EXPECT_EQ(to_monotonic(ClockKind::realtime, Nanoseconds{105'000}), Nanoseconds{5'000});
        EXPECT_EQ(to_monotonic(ClockKind::realtime, Nanoseconds{100'500}), Nanoseconds{500}) << "it has shown that";
        EXPECT_EQ(to_monotonic(ClockKind::realtime, k_for_ever), k_for_ever);
        EXPECT_GT(to_monotonic(ClockKind::realtime, Nanoseconds{INT64_MAX - 1}), Nanoseconds{INT64_MAX / 2}) << "nothing overflows";
    });
}

TEST_F(PosixClocks, ProcessorTimeIsAThreadsAndAProcesss) {
    run([] {
        const std::int64_t begun = read(CLOCK_THREAD_CPUTIME_ID);
        EXPECT_EQ(read(CLOCK_PROCESS_CPUTIME_ID), begun);
        pass(1'000);
        EXPECT_EQ(read(CLOCK_THREAD_CPUTIME_ID) - begun, 1'000);
        for (const int number : {of_thread(0), of_thread(k_pid), of_process(0), of_process(k_pid)}) {
            EXPECT_EQ(read(number) - begun, 1'000);
            EXPECT_TRUE(find_clock(number)->is_cpu_time());
        }
        UserThread& second = wiring::processes.add_thread(current_process(), 8);
        static std::int64_t seen = 0;
        const auto made = wiring::dut.create({.name = "second", .user = &second, .held = true}, [](void*) {
            pass(50);
            seen = read(CLOCK_THREAD_CPUTIME_ID);
        }, nullptr);
        ASSERT_TRUE(made);
        second.thread = *made;
        (*made)->detached = false;
        EXPECT_EQ(read(of_thread(8)), 0);
        wiring::dut.start(**made);
        wiring::dut.join(**made);
        EXPECT_EQ(seen, 50);
        second.thread = nullptr;
        EXPECT_EQ(read(of_thread(8)), 0) << "it has ended";
        current_process().ended.user_time = Nanoseconds{40};
        current_process().ended.system_time = Nanoseconds{10};
        EXPECT_EQ(read(CLOCK_THREAD_CPUTIME_ID) - begun, 1'000) << "its own alone";
        EXPECT_EQ(read(CLOCK_PROCESS_CPUTIME_ID) - begun, 1'050) << "that of threads which have ended is the process's";
        current_user().system_time = Nanoseconds{300};
        EXPECT_EQ(read(of_process(0, k_virtual)) - begun, 1'050 - 10 - 300) << "outside of the kernel";
        EXPECT_EQ(read(of_process(0, k_profile)) - begun, 1'050);
        current_user().system_time = Nanoseconds{};
    });
}

TEST_F(PosixClocks, WhoseProcessorTimeItMayBe) {
    run([] {
        Process& other = wiring::processes.add(20);
        EXPECT_EQ(read(of_process(20)), 0) << "any process's";
        other.ended.user_time = Nanoseconds{9};
        EXPECT_EQ(read(of_process(20)), 9);
        EXPECT_TRUE(is_none(of_thread(20))) << "but a thread's of the own one alone";
        EXPECT_TRUE(is_none(of_process(99)));
        EXPECT_TRUE(is_none(of_thread(99)));
        EXPECT_TRUE(is_none(of_process(0, k_device)));
        EXPECT_TRUE(is_none(of_thread(0, k_device)));
        EXPECT_TRUE(is_none(INT_MIN));
        const auto held = find_clock(of_process(20));
        ASSERT_TRUE(held);
        EXPECT_EQ(held->process.get(), &other);
    });
}

}  // namespace
}  // namespace phx::task
