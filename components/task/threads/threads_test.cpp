#include <task/threads/threads.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <sync/interfaces/test_lock_class.hpp>
#include <sync/mutex.hpp>
#include <sync/wait_queue.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::task {
namespace {


KernelThreads& threads() { return wiring::dut; }

Thread& start(const char* name, std::function<void()>& body, sched::Attributes attributes = {}) {
    const auto made = threads().create({.name = name, .attributes = attributes},
                                       [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); }, &body);
    EXPECT_TRUE(made);
    return **made;
}

TEST(Threads, RunAndAreJoinedWithTheirStatus) {
    std::string journal;
    FiberMachine::run([&] {
        std::function<void()> child = [&] {
            journal += "child;";
            threads().exit(42);
        };
        Thread& thread = start("child", child);
        EXPECT_EQ(thread.name(), "child");
        journal += "main;";
        EXPECT_EQ(threads().join(thread), 42);
        journal += "joined;";
    });
    EXPECT_EQ(journal, "main;child;joined;");
    EXPECT_EQ(wiring::fake_kernel_stacks.live(), 0U);
}

TEST(Threads, RunTimeGoesOnWhileTheyRun) {
    FiberMachine::run([&] {
        Thread& self = current();
        const Nanoseconds before = threads().run_time(self);
        wiring::fake_clock.advance(Nanoseconds{500});
        EXPECT_EQ(threads().run_time(self) - before, Nanoseconds{500});
        std::function<void()> works = [&] {
            wiring::fake_clock.advance(Nanoseconds{70});
            threads().yield();
            wiring::fake_clock.advance(Nanoseconds{7});
        };
        Thread& other = start("other", works);
        EXPECT_EQ(threads().run_time(other), Nanoseconds{0});
        threads().yield();
        EXPECT_EQ(threads().run_time(other), Nanoseconds{70});
        EXPECT_EQ(threads().run_time(self) - before, Nanoseconds{500});
        threads().join(other);
    });
}

TEST(Threads, YieldTakesTurns) {
    std::string journal;
    FiberMachine::run([&] {
        auto says = [&](char c) {
            return std::function<void()>{[&journal, c] {
                for (int i = 0; i < 3; ++i) {
                    journal += c;
                    threads().yield();
                }
            }};
        };
        std::function<void()> a = says('a');
        std::function<void()> b = says('b');
        Thread& first = start("a", a);
        Thread& second = start("b", b);
        threads().join(first);
        threads().join(second);
    });
    EXPECT_EQ(journal, "ababab");
}

TEST(Threads, AWakeUpBeforeTheWaitIsNotLost) {
    bool through = false;
    FiberMachine::run([&] {
        threads().prepare_to_wait("a test");
        EXPECT_TRUE(threads().wake(current()));
        EXPECT_FALSE(threads().wake(current())) << "it waits no longer";
        threads().block();
        through = true;
    });
    EXPECT_TRUE(through);
}

// It said that it will wait and was preempted before it did: it is queued, and must not be queued again.
TEST(Threads, AWakeUpOfAPreemptedWaiterQueuesItOnce) {
    std::string journal;
    FiberMachine::run([&] {
        Thread& main = current();
        std::function<void()> waker = [&] {
            EXPECT_TRUE(threads().wake(main));
            journal += "woken;";
            threads().yield();
            journal += "waker;";
        };
        Thread& thread = start("waker", waker);
        threads().prepare_to_wait("a test");
        threads().yield();
        threads().block();
        journal += "main;";
        EXPECT_EQ(threads().load_of(0).runnable, 2U);
        threads().join(thread);
    });
    EXPECT_EQ(journal, "woken;main;waker;");
}

TEST(Threads, SleepLastsUntilTheDeadline) {
    FiberMachine::run([&] {
        const Nanoseconds start = wiring::fake_clock.now();
        threads().sleep_until(start + Nanoseconds{5'000'000});
        EXPECT_EQ(wiring::fake_clock.now(), start + Nanoseconds{5'000'000});
    });
}

TEST(Threads, CreationFailsCleanly) {
    FiberMachine::run([&] {
        std::function<void()> nothing = [] {};
        const auto live = wiring::fake_kernel_stacks.live();
        wiring::fake_kernel_stacks.set_limit(live);
        auto make = [&](const ThreadOptions& options) {
            return threads().create(options, [](void*) {}, nullptr).error();
        };
        EXPECT_EQ(make({.name = "x"}), Errno::nomem);
        wiring::fake_kernel_stacks.set_limit(SIZE_MAX);
        EXPECT_EQ(make({.name = "x", .attributes = {.nice = 20}}), Errno::inval);
        EXPECT_EQ(make({.name = "x", .attributes = {.policy = sched::Policy::fifo}}), Errno::inval);
        EXPECT_EQ(make({.name = "x", .affinity = 2}), Errno::inval) << "no such CPU";
        EXPECT_EQ(wiring::fake_kernel_stacks.live(), live);
    });
}

TEST(Threads, AreListedWhileTheyLive) {
    FiberMachine::run([&] {
        std::function<void()> sleeps = [&] { threads().sleep_until(wiring::fake_clock.now() + Nanoseconds{1000}); };
        Thread& thread = start("sleeper", sleeps);
        threads().yield();
        std::string seen;
        threads().for_each([&](const Thread& each) { seen += std::string{each.name()} + (each.waits_for != nullptr ? "/" + std::string{each.waits_for} : "") + " "; });
        EXPECT_EQ(seen, "main sleeper/sleep ");
        threads().join(thread);
    });
}

TEST(WaitQueue, WaitersAreServedInOrder) {
    std::string journal;
    FiberMachine::run([&] {
        static constexpr LockClass k_class = sync::TestLockClass::make("test");
        SpinLock lock{k_class};
        WaitQueue queue{"a token"};
        int tokens = 0;
        auto takes = [&](char name) {
            return std::function<void()>{[&, name] {
                SpinGuard guard{lock};
                queue.wait(guard, [&] { return tokens > 0; });
                --tokens;
                journal += name;
            }};
        };
        std::function<void()> a = takes('a');
        std::function<void()> b = takes('b');
        Thread& first = start("a", a);
        Thread& second = start("b", b);
        threads().yield();
        for (int i = 0; i < 2; ++i) {
            SpinGuard guard{lock};
            ++tokens;
            EXPECT_TRUE(queue.wake_one(guard));
        }
        threads().join(first);
        threads().join(second);
    });
    EXPECT_EQ(journal, "ab");
}

TEST(WaitQueue, AWaitEndsAtItsDeadline) {
    FiberMachine::run([&] {
        static constexpr LockClass k_class = sync::TestLockClass::make("test");
        SpinLock lock{k_class};
        WaitQueue queue{"nothing"};
        const Nanoseconds deadline = wiring::fake_clock.now() + Nanoseconds{700};
        SpinGuard guard{lock};
        EXPECT_FALSE(queue.wait_until(guard, deadline, [] { return false; }));
        EXPECT_EQ(wiring::fake_clock.now(), deadline);
        EXPECT_TRUE(queue.empty());
    });
}

// Who runs already may take it before the waiter comes to it, but not for ever.
TEST(Mutex, IsHandedToAWaiterThatLostOutThreeTimes) {
    FiberMachine::run([&] {
        static constexpr sync::LockClass k_mutex = sync::TestLockClass::make("test");
        Mutex mutex{k_mutex};
        std::function<void()> child = [&] { const MutexGuard guard{mutex}; };
        mutex.lock();
        Thread& thread = start("child", child);
        threads().yield();
        for (int i = 0; i < 3; ++i) {
            mutex.unlock();
            mutex.lock();
            EXPECT_EQ(mutex.owner(), &current());
            threads().yield();
        }
        mutex.unlock();
        EXPECT_EQ(mutex.owner(), &thread) << "handed over";
        threads().join(thread);
        EXPECT_EQ(mutex.owner(), nullptr);
    });
}

TEST(Mutex, KeepsThreadsApartAndGoesToTheWaiter) {
    std::string journal;
    FiberMachine::run([&] {
        static constexpr sync::LockClass k_mutex = sync::TestLockClass::make("test");
        Mutex mutex{k_mutex};
        std::function<void()> child = [&] {
            const MutexGuard guard{mutex};
            journal += "child;";
        };
        mutex.lock();
        Thread& thread = start("child", child);
        threads().yield();
        journal += "main;";
        EXPECT_EQ(mutex.owner(), &current());
        mutex.unlock();
        EXPECT_EQ(mutex.owner(), nullptr);
        threads().join(thread);
        EXPECT_EQ(mutex.owner(), nullptr);
    });
    EXPECT_EQ(journal, "main;child;");
}

TEST(Mutex, LendsTheUrgencyOfAWaiterAlongAChain) {
    FiberMachine::run([&] {
        static constexpr sync::LockClass k_first = sync::TestLockClass::make("first");
        Mutex first{k_first};
        static constexpr sync::LockClass k_second = sync::TestLockClass::make("second");
        Mutex second{k_second};
        const sched::Attributes urgent{.policy = sched::Policy::fifo, .priority = 50};
        std::function<void()> low = [&] {
            const MutexGuard guard{first};
            threads().sleep_until(wiring::fake_clock.now() + Nanoseconds{1000});
            EXPECT_EQ(current().effective_attributes.load(), urgent);
        };
        std::function<void()> middle = [&] {
            const MutexGuard own{second};
            const MutexGuard guard{first};
            EXPECT_EQ(current().effective_attributes.load(), urgent) << "it still owns what the urgent one waits for";
        };
        std::function<void()> high = [&] { const MutexGuard guard{second}; };
        Thread& a = start("low", low);
        threads().yield();
        Thread& b = start("middle", middle);
        threads().yield();
        Thread& c = start("high", high, urgent);
        threads().yield();
        EXPECT_EQ(a.effective_attributes.load(), urgent);
        EXPECT_EQ(b.effective_attributes.load(), urgent);
        threads().join(a);
        threads().join(b);
        threads().join(c);
    });
}

TEST(Mutex, ALoanThatIsLessThanWhatTheOwnerHasIsNotInEffect) {
    FiberMachine::run([&] {
        static constexpr sync::LockClass k_mutex_class = sync::TestLockClass::make("test");
        Mutex mutex{k_mutex_class};
        const auto fifo = [](std::uint8_t priority) { return sched::Attributes{.policy = sched::Policy::fifo, .priority = priority}; };
        std::function<void()> waits = [&] { const MutexGuard guard{mutex}; };
        mutex.lock();
        Thread& waiter = start("waits", waits, fifo(50));
        threads().yield();
        EXPECT_EQ(current().effective_attributes.load(), fifo(50));
        EXPECT_TRUE(threads().set_attributes(current(), fifo(90)));
        EXPECT_EQ(current().effective_attributes.load(), fifo(90));
        EXPECT_TRUE(threads().set_attributes(current(), fifo(10)));
        EXPECT_EQ(current().effective_attributes.load(), fifo(50));
        mutex.unlock();
        EXPECT_EQ(current().effective_attributes.load(), fifo(10));
        EXPECT_TRUE(threads().set_attributes(current(), {}));
        threads().join(waiter);
    });
}

// Both wait until the thread stops running.
TEST(Threads, ChangesInARowAreAllMade) {
    FiberMachine::run([&] {
        const sched::Attributes nice{.nice = 5};
        EXPECT_TRUE(threads().set_affinity(current(), 1));
        EXPECT_TRUE(threads().set_attributes(current(), nice));
        threads().yield();
        EXPECT_EQ(current().affinity, 1U);
        EXPECT_EQ(current().attributes, nice);
        EXPECT_EQ(threads().set_affinity(current(), 2).error(), Errno::inval) << "no such CPU";
    });
}

// The compiler sees it too, where it is not told to look away.
[[clang::no_thread_safety_analysis]] void take(Mutex& mutex) { mutex.lock(); }
[[clang::no_thread_safety_analysis]] void let_go(Mutex& mutex) { mutex.unlock(); }

TEST(MutexDeathTest, UnlockByAnotherIsFound) {
    EXPECT_DEATH(FiberMachine::run([&] {
                     static constexpr sync::LockClass k_mutex = sync::TestLockClass::make("mine");
                     Mutex mutex{k_mutex};
                     take(mutex);
                     std::function<void()> thief = [&] { let_go(mutex); };
                     threads().join(start("thief", thief));
                 }),
                 "mine unlocked by thread thief");
}

}  // namespace
}  // namespace phx::task
