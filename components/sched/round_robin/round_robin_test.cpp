#include <sched/round_robin/round_robin.hpp>

#include <gtest/gtest.h>

#include <sched/interfaces/scheduler_conformance.hpp>

namespace phx::sched {
namespace {

struct Fresh {
    RoundRobin scheduler;
    RoundRobin& provider() { return scheduler; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(RoundRobin, SchedulerConformance, Fresh);

class RoundRobinTest : public ::testing::Test {
protected:
    RoundRobinTest() {
        for (Schedulable* thread : {&a_, &b_, &c_}) {
            scheduler_.attach(*thread, Nanoseconds{});
            scheduler_.enqueue(0, *thread, Enqueue::created, Nanoseconds{});
        }
    }

    Schedulable a_;
    Schedulable b_;
    Schedulable c_;
    RoundRobin scheduler_;
};

TEST_F(RoundRobinTest, GoesRound) {
    Nanoseconds now{};
    for (int round = 0; round < 3; ++round) {
        for (Schedulable* expected : {&a_, &b_, &c_}) {
            ASSERT_EQ(scheduler_.pick(0, now), expected);
            EXPECT_EQ(scheduler_.next_event(0, *expected, now), now + RoundRobin::slice);
            now = now + RoundRobin::slice - Nanoseconds{1};
            EXPECT_FALSE(scheduler_.tick(0, *expected, now));
            now = now + Nanoseconds{1};
            EXPECT_TRUE(scheduler_.tick(0, *expected, now));
            scheduler_.put(0, *expected, Put::preempted, now);
        }
    }
}

TEST_F(RoundRobinTest, WhoIsInterruptedGoesOnWithTheRestOfItsTurn) {
    ASSERT_EQ(scheduler_.pick(0, Nanoseconds{}), &a_);
    scheduler_.put(0, a_, Put::preempted, Nanoseconds{4'000'000});
    ASSERT_EQ(scheduler_.pick(0, Nanoseconds{50'000'000}), &a_);
    EXPECT_EQ(scheduler_.next_event(0, a_, Nanoseconds{50'000'000}), Nanoseconds{46'000'000} + RoundRobin::slice);
}

TEST_F(RoundRobinTest, AWaitMakesTheTurnWholeAgain) {
    ASSERT_EQ(scheduler_.pick(0, Nanoseconds{}), &a_);
    scheduler_.put(0, a_, Put::preempted, Nanoseconds{4'000'000});
    ASSERT_EQ(scheduler_.pick(0, Nanoseconds{4'000'000}), &a_);
    scheduler_.put(0, a_, Put::blocked, Nanoseconds{5'000'000});
    scheduler_.enqueue(0, a_, Enqueue::woken, Nanoseconds{5'000'000});
    ASSERT_EQ(scheduler_.pick(0, Nanoseconds{5'000'000}), &b_);
    ASSERT_EQ(scheduler_.pick(0, Nanoseconds{5'000'000}), &c_);
    ASSERT_EQ(scheduler_.pick(0, Nanoseconds{5'000'000}), &a_);
    scheduler_.enqueue(0, b_, Enqueue::woken, Nanoseconds{5'000'000});
    EXPECT_EQ(scheduler_.next_event(0, a_, Nanoseconds{5'000'000}), Nanoseconds{5'000'000} + RoundRobin::slice);
}

TEST_F(RoundRobinTest, TheLongestWaitingMoves) {
    ASSERT_EQ(scheduler_.pick(0, Nanoseconds{}), &a_);
    EXPECT_EQ(scheduler_.candidate(0, 1), &b_);
    b_.affinity = 1;
    EXPECT_EQ(scheduler_.candidate(0, 1), &c_);
    c_.affinity = 1;
    EXPECT_EQ(scheduler_.candidate(0, 1), nullptr);
}

}  // namespace
}  // namespace phx::sched
