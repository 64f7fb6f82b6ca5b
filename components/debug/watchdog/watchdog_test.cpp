#include <debug/watchdog/watchdog.hpp>

#include <gtest/gtest.h>

#include <string>

#include <sync/interfaces/test_lock_class.hpp>
#include <sync/mutex.hpp>
#include <sync/spinlock.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::debug {
namespace {

constexpr std::int64_t k_ms = 1'000'000;

class WatchdogTest : public ::testing::Test {
protected:
    void SetUp() override {
        wiring::fake_timers.reset();
        wiring::fake_log.reset();
        wiring::fake_cpus.reset();
        arch::current()->cpu = 0;
    }
    void TearDown() override {
        wiring::fake_timers.reset();
        wiring::fake_cpus.reset();
    }

    // The body, watched; heartbeats end with it.
    static void run(std::function<void()> body) {
        task::FiberMachine::run([&] {
            ASSERT_TRUE(wiring::watchdog.init());
            body();
            wiring::fake_timers.reset();
        });
    }
    // The running thread goes on for that long.
    static void work(std::int64_t ms) {
        for (std::int64_t passed = 0; passed < ms; passed += 100) {
            wiring::fake_clock.set(wiring::fake_clock.now() + Nanoseconds{100 * k_ms});
            wiring::fake_timers.set_now(wiring::fake_clock.now());
        }
    }
    static void sleep(std::int64_t ms) { wiring::dut.sleep_until(wiring::fake_clock.now() + Nanoseconds{ms * k_ms}); }
    static task::Thread& start(const char* name, std::function<void()>& body) {
        const auto made = wiring::dut.create({.name = name}, [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); }, &body);
        EXPECT_TRUE(made);
        return **made;
    }
    [[nodiscard]] static std::string said() {
        std::string text;
        for (const auto& message : wiring::fake_log.messages()) {
            if (message.level == log::Level::warning) {
                text += message.text + "\n";
            }
        }
        return text;
    }
};

TEST_F(WatchdogTest, AThreadThatKeepsOthersWaitingIsNamedOnce) {
    run([] {
        std::function<void()> nothing = [] {};
        task::Thread& other = start("other", nothing);
        work(900);
        EXPECT_EQ(said(), "");
        work(2500);
        EXPECT_NE(said().find("soft lockup: CPU 0 has been running thread main ("), std::string::npos) << said();
        EXPECT_NE(said().find(" ms while 1 wait\n"), std::string::npos) << said();
        EXPECT_EQ(wiring::fake_log.messages().size(), 1U);
        wiring::dut.join(other);
    });
}

TEST_F(WatchdogTest, AThreadThatIsAloneMayRunAsLongAsItWants) {
    run([] { work(5000); });
    EXPECT_EQ(said(), "");
}

TEST_F(WatchdogTest, ThreadsThatTakeTurnsAreWell) {
    run([] {
        std::function<void()> yields = [] {
            for (int i = 0; i < 10; ++i) {
                work(300);
                wiring::dut.yield();
            }
        };
        task::Thread& other = start("other", yields);
        yields();
        wiring::dut.join(other);
    });
    EXPECT_EQ(said(), "");
}

TEST_F(WatchdogTest, SaysWhatTheCpuHolds) {
    static constexpr LockClass k_class = sync::TestLockClass::make("held");
    static SpinLock lock{k_class};
    run([] {
        std::function<void()> nothing = [] {};
        task::Thread& other = start("other", nothing);
        {
            const SpinGuard guard{lock};
            work(2500);
        }
        EXPECT_NE(said().find("CPU 0 holds spinlock held for "), std::string::npos) << said();
        wiring::dut.join(other);
    });
}

TEST_F(WatchdogTest, ACpuWithoutHeartbeatsIsFoundByTheOneBefore) {
    wiring::fake_cpus.set_online(0b11);
    run([] {
        wiring::fake_cpus.call(1, [](void*) { ASSERT_TRUE(wiring::watchdog.init_cpu()); }, nullptr);
        work(900);
        EXPECT_EQ(said(), "");
        work(1500);
    });
    EXPECT_TRUE(said().starts_with("hard lockup: CPU 1 has taken no interrupt for 1000 ms; it last ran thread main (")) << said();
    EXPECT_EQ(wiring::fake_log.messages().size(), 1U) << "once";
}

TEST_F(WatchdogTest, AThreadThatWaitsTooLongIsNamedWithWhoIsInTheWay) {
    run([] {
        static constexpr sync::LockClass k_first = sync::TestLockClass::make("first");
        Mutex first{k_first};
        static constexpr sync::LockClass k_second = sync::TestLockClass::make("second");
        Mutex second{k_second};
        std::function<void()> sleeps = [&] {
            const MutexGuard guard{first};
            sleep(20'000);
        };
        std::function<void()> between = [&] {
            const MutexGuard own{second};
            const MutexGuard guard{first};
        };
        std::function<void()> last = [&] { const MutexGuard guard{second}; };
        task::Thread& a = start("sleeper", sleeps);
        wiring::dut.yield();
        task::Thread& b = start("between", between);
        wiring::dut.yield();
        task::Thread& c = start("last", last);
        sleep(6'000);
        EXPECT_EQ(said(), "");
        wiring::dut.join(a);
        wiring::dut.join(b);
        wiring::dut.join(c);
        EXPECT_NE(said().find(" ms for mutex first of thread sleeper ("), std::string::npos) << said();
        EXPECT_NE(said().find("), which waits for sleep\n"), std::string::npos) << said();
        EXPECT_NE(said().find("hung thread: last ("), std::string::npos) << said();
        EXPECT_NE(said().find("), which waits for first of thread sleeper\n"), std::string::npos) << said();
        EXPECT_EQ(wiring::fake_log.messages().size(), 2U) << "each once";
    });
}

TEST_F(WatchdogTest, AMutexThatGoesFromHandToHandHangsNobody) {
    run([] {
        static constexpr sync::LockClass k_mutex = sync::TestLockClass::make("busy");
        Mutex mutex{k_mutex};
        std::function<void()> takes = [&] {
            for (int i = 0; i < 20; ++i) {
                const MutexGuard guard{mutex};
                sleep(1'000);
            }
        };
        task::Thread& a = start("a", takes);
        task::Thread& b = start("b", takes);
        wiring::dut.join(a);
        wiring::dut.join(b);
    });
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace phx::debug
