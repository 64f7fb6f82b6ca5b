#include <sched/cooperative/cooperative.hpp>

#include <gtest/gtest.h>

#include <sched/interfaces/scheduler_conformance.hpp>

namespace phx::sched {
namespace {

struct Fresh {
    Cooperative scheduler;
    Cooperative& provider() { return scheduler; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Cooperative, SchedulerConformance, Fresh);

TEST(Cooperative, TakesThreadsAsTheyCome) {
    Schedulable a;
    Schedulable b;
    Cooperative scheduler;
    for (Schedulable* thread : {&a, &b}) {
        scheduler.attach(*thread, Nanoseconds{});
        scheduler.enqueue(0, *thread, Enqueue::created, Nanoseconds{});
    }
    ASSERT_EQ(scheduler.pick(0, Nanoseconds{}), &a);
    EXPECT_EQ(scheduler.next_event(0, a, Nanoseconds{}), never) << "although b is ready";
    scheduler.put(0, a, Put::preempted, Nanoseconds{});
    ASSERT_EQ(scheduler.pick(0, Nanoseconds{}), &a);
    scheduler.put(0, a, Put::yielded, Nanoseconds{});
    ASSERT_EQ(scheduler.pick(0, Nanoseconds{}), &b);
}

}  // namespace
}  // namespace phx::sched
