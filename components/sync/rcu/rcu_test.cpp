// On one CPU, with threads as fibers.
#include <sync/rcu/rcu.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sync/rcu_read.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::sync {
namespace {

using task::FiberMachine;

task::KernelThreads& threads() { return wiring::dut; }
PreemptibleRcu& rcu() { return wiring::rcu; }

void run(const std::function<void()>& body) {
    FiberMachine::run([&] {
        static const bool started = static_cast<bool>(rcu().init());
        EXPECT_TRUE(started);
        body();
    });
}

task::Thread& start(const char* name, std::function<void()>& body) {
    const auto made = threads().create({.name = name}, [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); }, &body);
    EXPECT_TRUE(made);
    threads().yield();
    return **made;
}

void sleep(std::int64_t nanoseconds) { threads().sleep_until(wiring::fake_clock.now() + Nanoseconds{nanoseconds}); }

// While threads run the machine's time stands still.
void pass_time() {
    wiring::fake_clock.advance(Nanoseconds{1'000'000'000});
    wiring::fake_timers.set_now(wiring::fake_clock.now());
}

TEST(RcuGuard, TellsOneSectionFromTheNext) {
    task::Thread thread;
    arch::set_current(&thread);
    const auto& word = thread.rcu_sections;
    std::uint32_t before = word;
    for (int i = 0; i < 70'000; ++i) {
        EXPECT_FALSE(is_reading_rcu(thread));
        {
            const RcuGuard outer;
            const std::uint32_t inside = word;
            EXPECT_TRUE(is_reading_rcu(thread));
            {
                const RcuGuard inner;
                EXPECT_EQ(word, inside);
            }
            EXPECT_EQ(word, inside) << "the same as long as the outermost section lasts";
            EXPECT_NE(inside, before) << "and another in the next";
            before = inside;
        }
    }
    arch::set_current(&arch::host::first_head);
}

TEST(RcuPointer, PublishesAndGivesBackTheOldOne) {
    int a = 1;
    int b = 2;
    RcuPointer<int> pointer{&a};
    EXPECT_EQ(pointer.read(), &a);
    EXPECT_EQ(pointer.publish(&b), &a);
    EXPECT_EQ(*pointer.read(), 2);
}

struct Noted : RcuHead {
    std::string* journal;
    char name;
    static void note(RcuHead& head) {
        auto& self = static_cast<Noted&>(head);
        *self.journal += self.name;
    }
};

TEST(PreemptibleRcu, CallsInOrderOnceNobodyReads) {
    run([&] {
        std::string journal;
        Noted a{{}, &journal, 'a'};
        Noted b{{}, &journal, 'b'};
        const RcuStatistics before = rcu().statistics();
        rcu().call(a, Noted::note);
        rcu().call(b, Noted::note);
        EXPECT_EQ(journal, "");
        rcu().barrier();
        EXPECT_EQ(journal, "ab");
        const RcuStatistics after = rcu().statistics();
        EXPECT_EQ(after.calls - before.calls, 3U) << "and the barrier's own";
        EXPECT_EQ(after.called, after.calls);
        EXPECT_GT(after.periods, before.periods);
    });
}

TEST(PreemptibleRcu, WaitsForAReaderThatWasPreempted) {
    run([&] {
        std::string journal;
        std::function<void()> reads = [&] {
            {
                const RcuGuard guard;
                journal += "in;";
                for (int i = 0; i < 5; ++i) {
                    threads().yield();
                }
                journal += "out;";
            }
            sleep(10'000'000);
        };
        task::Thread& reader = start("reader", reads);
        EXPECT_TRUE(reader.rcu.listed);
        rcu().synchronize();
        journal += "synchronized;";
        EXPECT_FALSE(reader.rcu.listed);
        threads().join(reader);
        EXPECT_EQ(journal, "in;out;synchronized;");
    });
}

TEST(PreemptibleRcu, DoesNotWaitForSectionsThatBeginLater) {
    run([&] {
        std::string journal;
        bool stop = false;
        std::function<void()> late = [&] {
            const RcuGuard guard;
            while (!stop) {
                threads().yield();
            }
        };
        Noted asked{{}, &journal, 'x'};
        rcu().call(asked, Noted::note);  // its period begins before the reader does
        threads().yield();
        task::Thread& reader = start("late", late);
        for (int i = 0; i < 10 && journal.empty(); ++i) {
            threads().yield();
        }
        EXPECT_EQ(journal, "x");
        stop = true;
        threads().join(reader);
    });
}

// However unlikely it is to be found between two.
TEST(PreemptibleRcu, DoesNotWaitForReadersInTheirNextSection) {
    run([&] {
        bool stop = false;
        std::function<void()> reads = [&] {
            while (!stop) {
                const RcuGuard guard;
                pass_time();
                threads().yield();
            }
        };
        task::Thread& reader = start("busy", reads);
        EXPECT_TRUE(reader.rcu.listed);
        rcu().synchronize();
        EXPECT_TRUE(reader.rcu.listed) << "it reads again";
        stop = true;
        threads().join(reader);
    });
}

TEST(PreemptibleRcu, AReaderThatEndsIsForgotten) {
    run([&] {
        std::function<void()> reads = [&] {
            const RcuGuard guard;
            threads().yield();
        };
        task::Thread& reader = start("reader", reads);
        EXPECT_TRUE(reader.rcu.listed);
        threads().join(reader);
        rcu().synchronize();
    });
}

TEST(PreemptibleRcu, SaysWhoHoldsItUp) {
    run([&] {
        wiring::fake_log.reset();
        bool stop = false;
        std::function<void()> reads = [&] {
            const RcuGuard guard;
            while (!stop) {
                threads().yield();
            }
        };
        task::Thread& reader = start("laggard", reads);
        std::function<void()> passes_time = [&] {
            while (!wiring::fake_log.contains(log::Level::warning, "was stopped on CPU 0 in a read-side section")) {
                pass_time();
                threads().yield();
            }
            stop = true;
        };
        task::Thread& timekeeper = start("timekeeper", passes_time);
        rcu().synchronize();
        EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "thread laggard ("));
        EXPECT_GE(rcu().statistics().longest, Nanoseconds{10'000'000'000});
        threads().join(reader);
        threads().join(timekeeper);
    });
}

TEST(PreemptibleRcuDeathTest, SleepingInASectionIsFound) {
    EXPECT_DEATH(run([] {
                     const RcuGuard guard;
                     sleep(1000);
                 }),
                 "thread main sleeps in a read-side section of RCU");
}

TEST(PreemptibleRcuDeathTest, WaitingForOneselfIsFound) {
    EXPECT_DEATH(run([] {
                     const RcuGuard guard;
                     rcu().synchronize();
                 }),
                 "is_reading_rcu");
}

}  // namespace
}  // namespace phx::sync
