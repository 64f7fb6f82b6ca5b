// What waits, with threads as fibers.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include <sync/interfaces/test_lock_class.hpp>
#include <sync/completion.hpp>
#include <sync/condition_variable.hpp>
#include <sync/mutex.hpp>
#include <sync/rw_lock.hpp>
#include <sync/semaphore.hpp>
#include <sync/wait_queue.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx {
namespace {

using task::FiberMachine;

task::KernelThreads& threads() { return wiring::dut; }

// Threads that a test starts, and joins at its end.
class Crew {
public:
    void start(const char* name, std::function<void()> body) {
        bodies_.push_back(std::make_unique<std::function<void()>>(std::move(body)));
        const auto made = threads().create({.name = name}, [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); },
                                           bodies_.back().get());
        ASSERT_TRUE(made);
        crew_.push_back(*made);
        threads().yield();
    }
    void join() {
        for (task::Thread* thread : crew_) {
            threads().join(*thread);
        }
        crew_.clear();
    }

private:
    std::vector<std::unique_ptr<std::function<void()>>> bodies_;
    std::vector<task::Thread*> crew_;
};

Nanoseconds after(std::int64_t nanoseconds) { return wiring::fake_clock.now() + Nanoseconds{nanoseconds}; }

TEST(Completion, LetsAsManyThroughAsWereCompleted) {
    std::string journal;
    FiberMachine::run([&] {
        Completion done{"test"};
        Crew crew;
        done.complete();
        EXPECT_TRUE(done.is_done());
        for (const char c : {'a', 'b', 'c'}) {
            crew.start("waiter", [&, c] {
                done.wait();
                journal += c;
            });
        }
        EXPECT_EQ(journal, "a");
        EXPECT_FALSE(done.is_done());
        done.complete();
        threads().yield();
        EXPECT_EQ(journal, "ab");
        EXPECT_FALSE(done.try_wait()) << "it was handed over";
        done.complete_all();
        done.wait();
        EXPECT_TRUE(done.try_wait());
        crew.join();
    });
    EXPECT_EQ(journal, "abc");
}

TEST(Completion, WaitsNoLongerThanTheDeadline) {
    FiberMachine::run([&] {
        Completion done{"test"};
        const Nanoseconds deadline = after(500);
        EXPECT_FALSE(done.wait_until(deadline));
        EXPECT_EQ(wiring::fake_clock.now(), deadline);
        done.complete();
        EXPECT_TRUE(done.wait_until(deadline)) << "nothing to wait for";
        Crew crew;
        crew.start("completer", [&] {
            threads().sleep_until(after(100));
            done.complete();
        });
        EXPECT_TRUE(done.wait_until(after(1000)));
        EXPECT_EQ(wiring::fake_clock.now(), deadline + Nanoseconds{100});
        crew.join();
    });
    EXPECT_EQ(wiring::fake_timers.pending(), 0U);
}

TEST(Semaphore, HandsPermitsOverInOrder) {
    std::string journal;
    FiberMachine::run([&] {
        Semaphore permits{"test", 2};
        Crew crew;
        for (const char c : {'a', 'b', 'c', 'd'}) {
            crew.start("taker", [&, c] {
                permits.acquire();
                journal += c;
            });
        }
        EXPECT_EQ(journal, "ab");
        EXPECT_EQ(permits.available(), 0U);
        permits.release();
        EXPECT_FALSE(permits.try_acquire()) << "a waiter has it";
        permits.release(2);
        EXPECT_TRUE(permits.try_acquire());
        EXPECT_FALSE(permits.acquire_until(after(10)));
        permits.release();
        EXPECT_TRUE(permits.acquire_until(after(10)));
        crew.join();
    });
    EXPECT_EQ(journal, "abcd");
}

TEST(Semaphore, AWaiterThatGaveUpGetsNothing) {
    FiberMachine::run([&] {
        Semaphore permits{"test", 0};
        Crew crew;
        bool late = true;
        crew.start("impatient", [&] { late = permits.acquire_until(after(10)); });
        bool patient = false;
        crew.start("patient", [&] {
            permits.acquire();
            patient = true;
        });
        threads().sleep_until(after(20));
        EXPECT_FALSE(late);
        permits.release();
        crew.join();
        EXPECT_TRUE(patient);
        EXPECT_EQ(permits.available(), 0U);
    });
}

TEST(ConditionVariable, LetsGoOfTheMutexWhileItWaits) {
    std::string journal;
    FiberMachine::run([&] {
        static constexpr sync::LockClass k_mutex = sync::TestLockClass::make("test");
        Mutex mutex{k_mutex};
        ConditionVariable changed{"change"};
        int items = 0;
        Crew crew;
        for (const char c : {'a', 'b'}) {
            crew.start("taker", [&, c] {
                const MutexGuard guard{mutex};
                while (items == 0) {
                    changed.wait(mutex);
                }
                --items;
                journal += c;
            });
        }
        EXPECT_EQ(mutex.owner(), nullptr);
        {
            const MutexGuard guard{mutex};
            ++items;
            EXPECT_TRUE(changed.notify_one());
            threads().yield();
            EXPECT_EQ(journal, "") << "the mutex is taken";
        }
        threads().yield();
        EXPECT_EQ(journal, "a");
        {
            const MutexGuard guard{mutex};
            ++items;
        }
        changed.notify_all();
        EXPECT_FALSE(changed.notify_one());
        crew.join();
        const MutexGuard guard{mutex};
        EXPECT_FALSE(changed.wait_until(mutex, after(10)));
        EXPECT_EQ(mutex.owner(), &task::current());
    });
    EXPECT_EQ(journal, "ab");
}

TEST(RwMutex, ReadersShareAndAWriterIsAlone) {
    std::string journal;
    FiberMachine::run([&] {
        RwMutex mutex{"test"};
        Crew crew;
        {
            const ReadGuard guard{mutex};
            crew.start("reader", [&] {
                const ReadGuard also{mutex};
                journal += 'r';
            });
            EXPECT_EQ(journal, "r");
            crew.start("writer", [&] {
                const WriteGuard alone{mutex};
                EXPECT_EQ(mutex.writer(), &task::current());
                journal += 'w';
                threads().yield();
                journal += 'w';
            });
            crew.start("late reader", [&] {
                const ReadGuard behind{mutex};
                journal += 'l';
            });
            EXPECT_EQ(journal, "r") << "a reader does not pass a writer that waits";
            EXPECT_EQ(mutex.readers(), 1U);
        }
        crew.join();
        EXPECT_EQ(mutex.writer(), nullptr);
        EXPECT_EQ(mutex.readers(), 0U);
    });
    EXPECT_EQ(journal, "rwwl");
}

TEST(RwMutex, AWriterCanGoOnAsAReader) {
    FiberMachine::run([&] {
        RwMutex mutex{"test"};
        bool read = false;
        Crew crew;
        mutex.lock();
        crew.start("reader", [&] {
            const ReadGuard guard{mutex};
            read = true;
        });
        EXPECT_FALSE(read);
        [&]() __attribute__((no_thread_safety_analysis)) { mutex.downgrade(); }();
        threads().yield();
        EXPECT_TRUE(read);
        [&]() __attribute__((no_thread_safety_analysis)) { mutex.unlock_shared(); }();
        EXPECT_TRUE(mutex.try_lock());
        mutex.unlock();
        [&]() __attribute__((no_thread_safety_analysis)) { mutex.lock(); }();
        [&]() __attribute__((no_thread_safety_analysis)) { mutex.unlock(); }();
        crew.join();
    });
}

[[clang::no_thread_safety_analysis]] void unlock(RwMutex& mutex) { mutex.unlock(); }

TEST(RwMutexDeathTest, UnlockByAnotherIsFound) {
    EXPECT_DEATH(FiberMachine::run([&] {
                     RwMutex mutex{"mine"};
                     unlock(mutex);
                 }),
                 "rw mutex mine unlocked by a thread that does not hold it");
}

// The compiler refuses it where it can see it.
[[clang::no_thread_safety_analysis]] void wait_masked(Completion& done) {
    const InterruptGuard guard;
    done.wait();
}

TEST(SleepingDeathTest, InAtomicContextIsFound) {
    EXPECT_DEATH(FiberMachine::run([&] {
                     Completion done{"test"};
                     wait_masked(done);
                 }),
                 "sleeping in atomic context: interrupts are masked");
}

TEST(WaitQueue, SignalsEndSomeWaitsAndTheEndOfAThreadEndsMore) {
    std::string journal;
    FiberMachine::run([&] {
        static constexpr sync::LockClass k_class = sync::TestLockClass::make("test");
        SpinLock lock{k_class};
        WaitQueue queue{"test"};
        bool there = false;
        std::vector<task::Thread*> sleepers;
        Crew crew;
        const auto add = [&](const char* name, auto wait) {
            crew.start(name, [&, name, wait] {
                sleepers.push_back(&task::current());
                SpinGuard guard{lock};
                const bool got = wait(guard);
                journal += std::string{name} + (got ? "+" : "-");
            });
        };
        add("firm", [&](SpinGuard& guard) __attribute__((no_thread_safety_analysis)) { return queue.wait(guard, [&] { return there; }), true; });
        add("killable", [&](SpinGuard& guard) __attribute__((no_thread_safety_analysis)) { return queue.wait_killable(guard, [&] { return there; }); });
        add("called", [&](SpinGuard& guard) __attribute__((no_thread_safety_analysis)) { return queue.wait_interruptible(guard, [&] { return there; }); });
        add("timed", [&](SpinGuard& guard) __attribute__((no_thread_safety_analysis)) {
            return queue.wait_interruptible_until(guard, after(1000), [&] { return there; }) != WaitEnd::interrupted;
        });
        for (task::Thread* const thread : sleepers) {
            sync::interrupt(*thread);
        }
        threads().yield();
        EXPECT_EQ(journal, "called-timed-");
        for (task::Thread* const thread : sleepers) {
            sync::interrupt(*thread, arch::k_signal_pending | arch::k_ending);
        }
        threads().yield();
        EXPECT_EQ(journal, "called-timed-killable-");
        {
            SpinGuard guard{lock};
            there = true;
            queue.wake_all(guard);
        }
        threads().yield();
        EXPECT_EQ(journal, "called-timed-killable-firm+");
        crew.join();
    });
}

}  // namespace
}  // namespace phx
