#include <sched/fifo_rt/fifo_rt.hpp>

#include <deque>
#include <memory>

#include <gtest/gtest.h>

#include <sched/interfaces/scheduler_conformance.hpp>
#include <wiring.hpp>

namespace phx::sched {
namespace {

struct Fresh {
    Fresh() {
        std::destroy_at(&wiring::fair);
        std::construct_at(&wiring::fair);
    }
    FifoRt& provider() { return scheduler; }

    FifoRt scheduler;
};
INSTANTIATE_TYPED_TEST_SUITE_P(FifoRt, SchedulerConformance, Fresh);

constexpr Nanoseconds ms(std::int64_t count) { return Nanoseconds{count * 1'000'000}; }

class FifoRtTest : public ::testing::Test {
protected:
    Schedulable& thread(Attributes attributes = {}) {
        Schedulable& made = threads_.emplace_back();
        made.attributes = attributes;
        rt_.attach(made, now_);
        rt_.enqueue(0, made, Enqueue::created, now_);
        return made;
    }
    Schedulable& fifo(std::uint8_t priority) { return thread({Policy::fifo, 0, priority}); }
    Schedulable& rr(std::uint8_t priority) { return thread({Policy::round_robin, 0, priority}); }
    Schedulable* pick() { return rt_.pick(0, now_); }
    void put(Schedulable& thread, Put why) { rt_.put(0, thread, why, now_); }
    void pass(Nanoseconds time) { now_ = now_ + time; }
    Nanoseconds next_event(Schedulable& running) { return rt_.next_event(0, running, now_); }
    // As the owner of a queued thread would.
    void change(Schedulable& thread, Attributes to) {
        rt_.dequeue(0, thread, now_);
        const bool another_class = thread.attributes.is_real_time() != to.is_real_time();
        thread.attributes = to;
        if (another_class) {
            rt_.attach(thread, now_);
        }
        rt_.enqueue(0, thread, Enqueue::changed, now_);
    }

    Fresh fresh_;
    FifoRt& rt_ = fresh_.scheduler;
    Nanoseconds now_ = ms(1000);

private:
    std::deque<Schedulable> threads_;
};

TEST_F(FifoRtTest, UrgentOnesFirstOthersLast) {
    Schedulable& normal = thread({Policy::normal, -20, 0});
    Schedulable* all[100] = {&normal};
    for (unsigned i = 1; i <= 99; ++i) {
        const auto priority = static_cast<std::uint8_t>(1 + i * 37 % 99);
        all[priority] = i % 2 == 0 ? &fifo(priority) : &rr(priority);
    }
    for (int priority = 99; priority >= 0; --priority) {
        ASSERT_EQ(pick(), all[priority]) << priority;
    }
    EXPECT_EQ(pick(), nullptr);
}

TEST_F(FifoRtTest, FifoRunsUntilItWaits) {
    Schedulable& a = fifo(50);
    Schedulable& b = fifo(50);
    thread();
    ASSERT_EQ(pick(), &a);
    EXPECT_EQ(next_event(a), never);
    pass(ms(60'000));
    EXPECT_FALSE(rt_.tick(0, a, now_));
    put(a, Put::preempted);
    ASSERT_EQ(pick(), &a) << "who is preempted stays in front";
    put(a, Put::yielded);
    ASSERT_EQ(pick(), &b) << "who yields goes to the end";
}

TEST_F(FifoRtTest, RoundRobinTakesTurnsWithItsEquals) {
    Schedulable& a = rr(50);
    ASSERT_EQ(pick(), &a);
    rr(49);
    EXPECT_EQ(next_event(a), never) << "no equal";
    Schedulable& b = rr(50);
    EXPECT_EQ(next_event(a), now_ + FifoRt::slice);
    pass(ms(30));
    Schedulable& urgent = fifo(51);
    EXPECT_TRUE(rt_.preempts(0, urgent, a, now_));
    put(a, Put::preempted);
    ASSERT_EQ(pick(), &urgent);
    pass(ms(500));
    put(urgent, Put::blocked);
    ASSERT_EQ(pick(), &a) << "its turn is not over";
    EXPECT_EQ(next_event(a), now_ + FifoRt::slice - ms(30));
    pass(FifoRt::slice - ms(30));
    EXPECT_TRUE(rt_.tick(0, a, now_));
    put(a, Put::preempted);
    ASSERT_EQ(pick(), &b);
    EXPECT_EQ(next_event(b), now_ + FifoRt::slice);
}

TEST_F(FifoRtTest, PreemptsByPriority) {
    Schedulable& normal = thread();
    Schedulable& low = fifo(1);
    Schedulable& high = rr(2);
    EXPECT_TRUE(rt_.preempts(0, low, normal, now_));
    EXPECT_TRUE(rt_.preempts(0, high, low, now_));
    EXPECT_FALSE(rt_.preempts(0, low, high, now_));
    EXPECT_FALSE(rt_.preempts(0, low, low, now_)) << "an equal waits";
    EXPECT_FALSE(rt_.preempts(0, normal, low, now_));
}

TEST_F(FifoRtTest, AnyThreadChangesItsClass) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    change(b, {Policy::fifo, 0, 1});
    ASSERT_EQ(pick(), &b);
    put(b, Put::preempted);
    change(a, {Policy::fifo, 0, 2});
    ASSERT_EQ(pick(), &a);
    put(a, Put::preempted);
    change(a, {Policy::normal, 0, 0});
    ASSERT_EQ(pick(), &b);
    EXPECT_EQ(rt_.count(0), 2U);
    put(b, Put::blocked);
    ASSERT_EQ(pick(), &a);
}

TEST_F(FifoRtTest, WhoIsLoweredIsFirstAmongItsNewEquals) {
    Schedulable& a = fifo(10);
    Schedulable& b = fifo(20);
    Schedulable& c = fifo(5);
    change(b, {Policy::fifo, 0, 10});
    change(c, {Policy::fifo, 0, 10});
    EXPECT_EQ(pick(), &b);
    EXPECT_EQ(pick(), &a);
    EXPECT_EQ(pick(), &c);
}

TEST_F(FifoRtTest, TheMostUrgentMovesFirst) {
    Schedulable& normal = thread();
    Schedulable& low = fifo(3);
    Schedulable& middle = fifo(64);
    Schedulable& high = fifo(80);
    high.affinity = 0b01;
    EXPECT_EQ(rt_.candidate(0, 1), &middle);
    middle.affinity = 0b01;
    EXPECT_EQ(rt_.candidate(0, 1), &low);
    low.affinity = 0b01;
    EXPECT_EQ(rt_.candidate(0, 1), &normal);
    EXPECT_EQ(rt_.candidate(0, 0), &high);
}

}  // namespace
}  // namespace phx::sched
