#include "cmd_locks.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <sync/interfaces/test_lock_class.hpp>
#include <sync/mutex.hpp>
#include <sync/spinlock.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::debug {
namespace {

using task::FiberMachine;

constexpr LockClass k_outer = sync::TestLockClass::make("outer");
constexpr LockClass k_inner = sync::TestLockClass::make("inner");

// What the command prints, or the name of its error.
std::string run(std::vector<std::string_view> args = {}) {
    CapturedOutput out;
    const Result<void> result = wiring::commands.run(0, args, out);
    return result ? out.take() : std::string{errno_name(result.error())};
}

TEST(CmdLocks, ShowsWhatIsHeldAndForHowLong) {
    SpinLock outer{k_outer};
    SpinLock inner{k_inner};
    std::string shown;
    {
        const SpinGuard guard{outer};
        inner.lock();
        wiring::fake_clock.advance(Nanoseconds{5'000'000});
        shown = run();
        inner.unlock();
    }
    EXPECT_NE(shown.find("CPU 0 holds spinlock outer for 5000 us, at 0x"), std::string::npos) << shown;
    EXPECT_NE(shown.find("CPU 0 holds spinlock inner for 5000 us, at 0x"), std::string::npos) << shown;
    const std::string afterwards = run();
    EXPECT_EQ(afterwards.find("CPU 0 holds"), std::string::npos) << afterwards;
    EXPECT_NE(afterwards.find("longest: spinlock inner for 5000 us"), std::string::npos) << afterwards;
    const std::string orders = run({"order"});
    EXPECT_NE(orders.find("outer (rank 0, at 0x"), std::string::npos) << orders;
    EXPECT_NE(orders.find("> inner (rank 0, at 0x"), std::string::npos) << orders;
}

TEST(CmdLocks, ShowsWhatManifestsDeclare) {
    const std::string orders = run({"order"});
    const auto at = orders.find("  threads.list (rank ");
    ASSERT_NE(at, std::string::npos) << orders;
    const std::string line = orders.substr(at, orders.find('\n', at) - at);
    EXPECT_NE(line.find(") > "), std::string::npos) << line;
    EXPECT_NE(line.find("), components/task/threads/component.yaml:"), std::string::npos) << line;
}

TEST(CmdLocks, ShowsWhoWaitsForWhom) {
    std::string shown;
    FiberMachine::run([&] {
        static constexpr sync::LockClass k_mutex = sync::TestLockClass::make("treasure");
        Mutex mutex{k_mutex};
        std::function<void()> wants = [&] { const MutexGuard guard{mutex}; };
        std::vector<task::Thread*> waiters;
        {
            const MutexGuard guard{mutex};
            for (const char* name : {"first", "second"}) {
                const auto made = wiring::dut.create({.name = name}, [](void* body) { (*static_cast<std::function<void()>*>(body))(); }, &wants);
                waiters.push_back(*made);
            }
            wiring::dut.yield();
            shown = run();
        }
        for (task::Thread* waiter : waiters) {
            wiring::dut.join(*waiter);
        }
    });
    EXPECT_NE(shown.find("thread first waits for mutex treasure of thread main\n"
                         "  thread second waits for mutex treasure of thread main\n"
                         "  2 thread(s) wait for mutexes\n"),
              std::string::npos)
        << shown;
}

// A guard is no place to sleep in: the lock says whose it is.
[[clang::no_thread_safety_analysis]] void sleep_under(SpinLock& lock) {
    const SpinGuard guard{lock};
    wiring::dut.sleep_until(wiring::fake_clock.now() + Nanoseconds{1000});
}

TEST(SleepingDeathTest, TheLockThatIsHeldIsNamed) {
    EXPECT_DEATH(FiberMachine::run([] {
                     SpinLock lock{k_outer};
                     sleep_under(lock);
                 }),
                 "sleeping in atomic context: CPU 0 holds spinlock outer");
}

struct Traits {
    static MonitorCommands& ready() { return wiring::commands; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdLocks, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
