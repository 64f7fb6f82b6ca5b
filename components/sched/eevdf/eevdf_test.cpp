#include <sched/eevdf/eevdf.hpp>

#include <bit>
#include <deque>
#include <random>

#include <gtest/gtest.h>

#include <sched/interfaces/scheduler_conformance.hpp>

namespace phx::sched {
namespace {

struct Fresh {
    Eevdf scheduler;
    Eevdf& provider() { return scheduler; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Eevdf, SchedulerConformance, Fresh);

constexpr Nanoseconds ms(std::int64_t count) { return Nanoseconds{count * 1'000'000}; }
static_assert(Eevdf::slice == ms(3));

class EevdfTest : public ::testing::Test {
protected:
    Schedulable& thread(Attributes attributes = {}, Enqueue why = Enqueue::woken, unsigned cpu = 0) {
        Schedulable& made = threads_.emplace_back();
        made.attributes = attributes;
        eevdf_.attach(made, now_);
        enqueue(made, why, cpu);
        return made;
    }
    void enqueue(Schedulable& thread, Enqueue why, unsigned cpu = 0) {
        thread.cpu = cpu;
        eevdf_.enqueue(cpu, thread, why, now_);
    }
    void pass(Nanoseconds time) { now_ = now_ + time; }
    Schedulable* pick(unsigned cpu = 0) { return eevdf_.pick(cpu, now_); }
    void put(Schedulable& thread, Put why) { eevdf_.put(thread.cpu, thread, why, now_); }
    std::int64_t turn(Schedulable& running) { return (eevdf_.next_event(running.cpu, running, now_) - now_).count(); }
    // Runs CPU 0 on for `time` and says how much of it `watched` got.
    std::int64_t share(Schedulable& watched, Schedulable*& running, Nanoseconds time) {
        std::int64_t got = 0;
        const Nanoseconds end = now_ + time;
        while (now_ < end) {
            const Nanoseconds event = std::clamp(eevdf_.next_event(0, *running, now_), now_, end);
            got += running == &watched ? (event - now_).count() : 0;
            now_ = event;
            if (now_ < end && eevdf_.tick(0, *running, now_)) {
                put(*running, Put::preempted);
                running = pick();
            }
        }
        return got;
    }

    Eevdf eevdf_;
    Nanoseconds now_ = ms(1000);

private:
    std::deque<Schedulable> threads_;
};

TEST_F(EevdfTest, EveryTurnIsASlice) {
    Schedulable& heavy = thread({Policy::normal, -10, 0});
    Schedulable& light = thread({Policy::normal, 10, 0});
    ASSERT_EQ(pick(), &heavy) << "its deadline is earlier";
    EXPECT_NEAR(static_cast<double>(turn(heavy)), 3e6, 10);
    pass(ms(3) + Nanoseconds{10});
    EXPECT_TRUE(eevdf_.tick(0, heavy, now_)) << "it has run beyond the average";
    put(heavy, Put::preempted);
    ASSERT_EQ(pick(), &light);
    EXPECT_NEAR(static_cast<double>(turn(light)), 3e6, 10);
}

TEST_F(EevdfTest, ANewThreadAsksForHalfAtFirst) {
    Schedulable& old = thread();
    ASSERT_EQ(pick(), &old);
    Schedulable& young = thread({}, Enqueue::created);
    EXPECT_TRUE(eevdf_.preempts(0, young, old, now_)) << "half a request is due before a whole one";
    put(old, Put::preempted);
    ASSERT_EQ(pick(), &young);
    EXPECT_EQ(turn(young), 1'500'000);
}

TEST_F(EevdfTest, WhatIsOwedIsKeptAcrossSleep) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    ASSERT_EQ(pick(), &a);
    pass(ms(2));
    put(a, Put::preempted);
    ASSERT_EQ(pick(), &b);
    put(b, Put::blocked);  // owed 1 ms
    ASSERT_EQ(pick(), &a);
    pass(ms(1000));
    enqueue(b, Enqueue::woken);
    Schedulable* running = &a;
    EXPECT_TRUE(eevdf_.preempts(0, b, a, now_));
    put(a, Put::preempted);
    ASSERT_EQ(running = pick(), &b);
    EXPECT_NEAR(static_cast<double>(share(b, running, ms(600))), 301e6, 2e6) << "half of it, and the 1 ms, but no second";
}

TEST_F(EevdfTest, WhoOwesWaitsWhenItComesBack) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    ASSERT_EQ(pick(), &a);
    pass(ms(3));
    put(a, Put::blocked);  // owes 1.5 ms
    ASSERT_EQ(pick(), &b);
    enqueue(a, Enqueue::woken);
    EXPECT_FALSE(eevdf_.preempts(0, a, b, now_)) << "a nap is no way to get more";
    pass(ms(2));
    EXPECT_FALSE(eevdf_.preempts(0, a, b, now_));
    pass(ms(1));
    EXPECT_TRUE(eevdf_.tick(0, b, now_));
}

TEST_F(EevdfTest, WhatIsOwedIsBounded) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    ASSERT_EQ(pick(), &a);
    pass(ms(1000));  // with preemption off
    put(a, Put::preempted);
    ASSERT_EQ(pick(), &b);
    put(b, Put::blocked);  // owed 500 ms
    ASSERT_EQ(pick(), &a);
    enqueue(b, Enqueue::woken);
    put(a, Put::preempted);
    Schedulable* running = pick();
    ASSERT_EQ(running, &b);
    EXPECT_LE(share(b, running, ms(100)), 59'000'000) << "two slices more than half, and a turn";
}

TEST_F(EevdfTest, WhatIsOwedIsTimeWhateverTheWeight) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    ASSERT_EQ(pick(), &a);
    pass(ms(6));
    put(a, Put::blocked);  // owes 3 ms
    a.attributes.nice = -10;
    ASSERT_EQ(pick(), &b);
    enqueue(a, Enqueue::changed);
    Schedulable* running = &b;
    const double due = 100e6 * 9548 / (9548 + 1024);
    EXPECT_NEAR(static_cast<double>(share(a, running, ms(100))), due - 3e6, 3e6);
}

TEST_F(EevdfTest, ARequestIsTimeWhateverTheWeight) {
    Schedulable& a = thread();
    thread();
    ASSERT_EQ(pick(), &a);
    pass(ms(1));
    put(a, Put::blocked);
    a.attributes.nice = -20;
    enqueue(a, Enqueue::changed);
    Schedulable* picked = pick();
    if (picked != &a) {
        put(*picked, Put::yielded);
        picked = pick();
    }
    ASSERT_EQ(picked, &a);
    EXPECT_NEAR(static_cast<double>(turn(a)), 2e6, 100);
}

TEST_F(EevdfTest, BatchNeverPreempts) {
    Schedulable& running = thread();
    ASSERT_EQ(pick(), &running);
    pass(ms(1));
    EXPECT_FALSE(eevdf_.preempts(0, thread({Policy::batch, -20, 0}), running, now_));
    EXPECT_FALSE(eevdf_.preempts(0, thread({Policy::idle, 0, 0}), running, now_));
    EXPECT_TRUE(eevdf_.preempts(0, thread({Policy::normal, -20, 0}), running, now_));
}

TEST_F(EevdfTest, ALeadIsKeptAcrossCpus) {
    Schedulable& here = thread();
    ASSERT_EQ(pick(), &here);
    pass(ms(5000));
    Schedulable& ahead = thread({}, Enqueue::woken, 1);
    Schedulable& behind = thread({}, Enqueue::woken, 1);
    ASSERT_EQ(pick(1), &ahead);
    pass(ms(2));
    put(ahead, Put::preempted);
    eevdf_.dequeue(1, ahead, now_);
    enqueue(ahead, Enqueue::migrated, 0);
    EXPECT_FALSE(eevdf_.preempts(0, ahead, here, now_));
    eevdf_.dequeue(1, behind, now_);
    enqueue(behind, Enqueue::migrated, 0);
    put(here, Put::blocked);
    EXPECT_EQ(pick(), &behind);
}

TEST_F(EevdfTest, AYieldGivesUpTheRestOfTheRequest) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    ASSERT_EQ(pick(), &a);
    pass(Nanoseconds{1000});
    put(a, Put::yielded);
    ASSERT_EQ(pick(), &b);
    EXPECT_EQ(turn(b), 3'000'000);
    Schedulable* running = &b;
    EXPECT_EQ(share(b, running, ms(3)), 3'000'000);
}

TEST_F(EevdfTest, AYieldWithNobodyElseCostsNothing) {
    Schedulable& a = thread();
    ASSERT_EQ(pick(), &a);
    for (int i = 0; i < 100; ++i) {
        put(a, Put::yielded);
        ASSERT_EQ(pick(), &a);
    }
    Schedulable& b = thread();
    Schedulable* running = &a;
    EXPECT_GE(share(a, running, ms(30)), 12'000'000);
    EXPECT_NE(&b, nullptr);
}

// The first eligible one as a list would find it, and depth, from 10 to 10,000 threads.
TEST(DeadlineTree, GrowsLogarithmically) {
    for (const std::size_t threads : {10U, 100U, 1000U, 10'000U}) {
        DeadlineTree tree;
        std::deque<DeadlineNode> nodes(threads);
        std::mt19937 random{7};
        for (DeadlineNode& node : nodes) {
            node.vruntime = random() % 1'000'000;
            node.deadline = node.vruntime + random() % 3000;
            tree.insert(node);
        }
        // As threads do: the first runs and is put back.
        for (std::size_t i = 0; i < 2 * threads; ++i) {
            DeadlineNode& node = *tree.first();
            tree.erase(node);
            node.vruntime += 500;
            node.deadline = node.vruntime + random() % 3000;
            tree.insert(node);
        }
        std::uint64_t sum = 0;
        unsigned deepest = 0;
        for (const DeadlineNode& node : nodes) {
            unsigned depth = 1;
            for (const DeadlineNode* at = node.parent; at != nullptr; at = at->parent) {
                ++depth;
            }
            sum += depth;
            deepest = std::max(deepest, depth);
        }
        // Every operation goes up or down one way. Expected depth is about 1.39 log2 n (Aragon and Seidel, 3).
        const auto log = static_cast<unsigned>(std::bit_width(threads));
        EXPECT_LE(sum, 2 * log * threads);
        EXPECT_LE(deepest, 4 * log);
    }
}

}  // namespace
}  // namespace phx::sched
