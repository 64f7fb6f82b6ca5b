#include <cstdio>
#include <cstdlib>
#include <functional>

#include <gtest/gtest.h>

#include <debug/interfaces/fake_panic/fake_panic.hpp>
#include <locks/ranked_locks.hpp>
#include <sync/interfaces/test_lock_class.hpp>
#include <sync/mutex.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::sync {
namespace {

using task::FiberMachine;

// What the console and the panic say is put out for a death test to read.
void say_last_words(const std::function<void()>& body) {
    FiberMachine::run([&] {
        try {
            body();
        } catch (const debug::PanicCalled& called) {
            std::fputs(wiring::fake_console.output().c_str(), stderr);
            std::fputs(called.what(), stderr);
            std::abort();
        }
    });
}

// The compiler sees it too, where it is not told to look away.
[[clang::no_thread_safety_analysis]] void take(Mutex& mutex) { mutex.lock(); }
[[clang::no_thread_safety_analysis]] void nest(Mutex& first, Mutex& second) {
    first.lock();
    second.lock();
    second.unlock();
    first.unlock();
}

TEST(CheckedMutex, HasARankBelowThatOfAnySpinlock) {
    EXPECT_LT(locks::ranked_locks::upper.rank, locks::ranked_locks::lower.rank);
    EXPECT_LT(locks::ranked_locks::lower.rank, locks::ranked_locks::outer.rank);
    EXPECT_LT(locks::ranked_locks::lower.rank, locks::ranked_locks::lonely.rank);
}

TEST(CheckedMutex, EachThreadHasItsOwn) {
    bool both = false;
    FiberMachine::run([&] {
        Mutex upper{locks::ranked_locks::upper};
        Mutex lower{locks::ranked_locks::lower};
        nest(upper, lower);
        std::function<void()> other = [&] {
            const MutexGuard guard{upper};
            both = lower.owner() != nullptr;
        };
        const MutexGuard guard{lower};
        const auto thread = wiring::dut.create({.name = "other"}, [](void* body) { (*static_cast<std::function<void()>*>(body))(); }, &other);
        wiring::dut.join(**thread);
    });
    EXPECT_TRUE(both);
}

TEST(CheckedMutex, TryingWaitsForNobody) {
    bool taken = false;
    FiberMachine::run([&] {
        Mutex upper{locks::ranked_locks::upper};
        Mutex lower{locks::ranked_locks::lower};
        const MutexGuard guard{lower};
        if (upper.try_lock()) {
            taken = true;
            upper.unlock();
        }
    });
    EXPECT_TRUE(taken);
}

TEST(CheckedMutexDeathTest, ARankTooLowShowsBothChains) {
    const auto invert = [] {
        Mutex upper{locks::ranked_locks::upper};
        Mutex lower{locks::ranked_locks::lower};
        nest(lower, upper);
    };
    EXPECT_DEATH(say_last_words(invert),
                 "thread main .1. takes mutex ranked_locks.upper at 0x[^@]*thread main .1. holds[^@]*ranked_locks.lower taken at 0x[^@]*"
                 "ranked_locks.upper of rank [0-9]+ is held when ranked_locks.lower of rank [0-9]+ is taken: "
                 "components/sync/interfaces/ranked_locks/component.yaml:7\n"
                 "mutex order inverted: ranked_locks.upper of rank [0-9]+ is taken under ranked_locks.lower of rank [0-9]+");
}

TEST(CheckedMutexDeathTest, OrdersOfOthersAreLearnt) {
    static constexpr LockClass k_first = TestLockClass::make("first");
    static constexpr LockClass k_second = TestLockClass::make("second");
    const auto invert = [] {
        Mutex first{k_first};
        Mutex second{k_second};
        nest(first, second);
        nest(second, first);
    };
    EXPECT_DEATH(say_last_words(invert), "mutex order inverted: first is taken under second, but was held before that earlier");
}

TEST(CheckedMutexDeathTest, TakingAgainIsFound) {
    static constexpr LockClass k_class = TestLockClass::make("again");
    EXPECT_DEATH(say_last_words([] {
                     Mutex mutex{k_class};
                     take(mutex);
                     take(mutex);
                 }),
                 "thread main .1. takes mutex again, which it holds");
}

}  // namespace
}  // namespace phx::sync
