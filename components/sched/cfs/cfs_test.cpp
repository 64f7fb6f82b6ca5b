#include <sched/cfs/cfs.hpp>

#include <bit>
#include <deque>
#include <random>

#include <gtest/gtest.h>

#include <sched/interfaces/scheduler_conformance.hpp>

namespace phx::sched {
namespace {

struct Fresh {
    Cfs scheduler;
    Cfs& provider() { return scheduler; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Cfs, SchedulerConformance, Fresh);

constexpr Nanoseconds ms(std::int64_t count) { return Nanoseconds{count * 1'000'000}; }

class CfsTest : public ::testing::Test {
protected:
    Schedulable& thread(Attributes attributes = {}, Enqueue why = Enqueue::changed, unsigned cpu = 0) {
        Schedulable& made = threads_.emplace_back();
        made.attributes = attributes;
        cfs_.attach(made, now_);
        enqueue(made, why, cpu);
        return made;
    }
    void enqueue(Schedulable& thread, Enqueue why, unsigned cpu = 0) {
        thread.cpu = cpu;
        cfs_.enqueue(cpu, thread, why, now_);
    }
    void pass(Nanoseconds time) { now_ = now_ + time; }
    Schedulable* pick(unsigned cpu = 0) { return cfs_.pick(cpu, now_); }
    // How long `running` goes on if nothing else happens.
    std::int64_t turn(Schedulable& running) { return (cfs_.next_event(running.cpu, running, now_) - now_).count(); }

    Cfs cfs_;
    Nanoseconds now_ = ms(1000);

private:
    std::deque<Schedulable> threads_;
};

TEST_F(CfsTest, SlicesDivideThePeriodByWeight) {
    Schedulable& heavy = thread({Policy::normal, -5, 0});
    thread();
    ASSERT_EQ(pick(), &heavy);
    EXPECT_EQ(turn(heavy), Cfs::latency.count() * 3121 / (3121 + 1024));
}

TEST_F(CfsTest, ManyThreadsGetTheGranularityEach) {
    for (int i = 0; i < 100; ++i) {
        thread();
    }
    EXPECT_EQ(turn(*pick()), Cfs::min_granularity.count());
}

TEST_F(CfsTest, ANewThreadWaitsASlice) {
    Schedulable& old = thread();
    ASSERT_EQ(pick(), &old);
    Schedulable& young = thread({}, Enqueue::created);
    EXPECT_FALSE(cfs_.preempts(0, young, old, now_));
    pass(Nanoseconds{Cfs::latency.count() / 2 - 1});
    EXPECT_FALSE(cfs_.tick(0, old, now_));
    pass(Nanoseconds{2});
    EXPECT_TRUE(cfs_.tick(0, old, now_));
}

TEST_F(CfsTest, ASleeperPreemptsButGetsNoMoreThanHalfALatency) {
    Schedulable& busy = thread();
    Schedulable& sleeper = thread();
    ASSERT_EQ(pick(), &busy);
    cfs_.put(0, busy, Put::preempted, now_);
    Schedulable* running = pick();
    if (running != &sleeper) {
        cfs_.put(0, *running, Put::yielded, now_);
        running = pick();
    }
    ASSERT_EQ(running, &sleeper);
    cfs_.put(0, sleeper, Put::blocked, now_);
    ASSERT_EQ(pick(), &busy);
    pass(ms(10'000));
    enqueue(sleeper, Enqueue::woken);
    EXPECT_TRUE(cfs_.preempts(0, sleeper, busy, now_));
    cfs_.put(0, busy, Put::preempted, now_);
    ASSERT_EQ(pick(), &sleeper);
    // It catches up half a latency, then both get a slice in turn: no ten seconds.
    EXPECT_LE(turn(sleeper), Cfs::latency.count());
    pass(Cfs::latency);
    EXPECT_TRUE(cfs_.tick(0, sleeper, now_));
}

TEST_F(CfsTest, AShortSleepGivesNothing) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    ASSERT_EQ(pick(), &a);
    pass(ms(2));
    cfs_.put(0, a, Put::blocked, now_);
    ASSERT_EQ(pick(), &b);
    enqueue(a, Enqueue::woken);
    EXPECT_FALSE(cfs_.preempts(0, a, b, now_)) << "it is ahead of b by 2 ms";
    pass(ms(2));
    EXPECT_FALSE(cfs_.preempts(0, a, b, now_)) << "they are equal";
    pass(Cfs::wakeup_granularity + Nanoseconds{1});
    EXPECT_TRUE(cfs_.preempts(0, a, b, now_));
}

TEST_F(CfsTest, BatchAndIdleNeverPreemptAndIdleAlwaysIs) {
    Schedulable& idle = thread({Policy::idle, 0, 0});
    ASSERT_EQ(pick(), &idle);
    EXPECT_EQ(cfs_.load(0), 3U);
    EXPECT_TRUE(cfs_.preempts(0, thread(), idle, now_));
    pass(ms(100));
    EXPECT_FALSE(cfs_.preempts(0, thread({Policy::batch, 0, 0}, Enqueue::woken), idle, now_));
    EXPECT_FALSE(cfs_.preempts(0, thread({Policy::idle, 0, 0}, Enqueue::woken), idle, now_));
}

TEST_F(CfsTest, ALeadIsKeptAcrossCpus) {
    Schedulable& here = thread();
    ASSERT_EQ(pick(), &here);
    pass(ms(5000));
    Schedulable& there = thread({}, Enqueue::changed, 1);
    Schedulable& ahead = thread({}, Enqueue::changed, 1);
    Schedulable* const first = pick(1);
    Schedulable& second = first == &there ? ahead : there;
    pass(ms(2));
    cfs_.put(1, *first, Put::preempted, now_);
    // `first` is 2 ms ahead on its queue, `second` is not; the virtual times of the queues are 5 s apart.
    cfs_.dequeue(1, *first, now_);
    cfs_.dequeue(1, second, now_);
    enqueue(*first, Enqueue::migrated, 0);
    enqueue(second, Enqueue::migrated, 0);
    EXPECT_FALSE(cfs_.preempts(0, second, here, now_));
    cfs_.put(0, here, Put::blocked, now_);
    EXPECT_EQ(pick(), &second);
    pass(ms(3));
    EXPECT_FALSE(cfs_.preempts(0, *first, second, now_)) << "behind by 1 ms, no more";
    pass(Nanoseconds{1});
    EXPECT_TRUE(cfs_.preempts(0, *first, second, now_));
}

TEST_F(CfsTest, TheQueueNeverGoesBack) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    ASSERT_EQ(pick(), &a);
    pass(ms(2));
    cfs_.put(0, a, Put::preempted, now_);
    ASSERT_EQ(pick(), &b);
    cfs_.put(0, b, Put::blocked, now_);  // at 0, a at 2 ms
    ASSERT_EQ(pick(), &a);
    enqueue(b, Enqueue::woken);
    EXPECT_TRUE(cfs_.preempts(0, b, a, now_));
    // The queue has been at 2 ms, so who comes now begins there, although b is still at 0.
    EXPECT_FALSE(cfs_.preempts(0, thread(), a, now_));
}

TEST_F(CfsTest, ALeadShortensTheTurn) {
    Schedulable& a = thread();
    Schedulable& b = thread();
    ASSERT_EQ(pick(), &a);
    pass(ms(1));
    cfs_.put(0, a, Put::preempted, now_);
    ASSERT_EQ(pick(), &b);
    cfs_.put(0, b, Put::blocked, now_);
    ASSERT_EQ(pick(), &a);
    enqueue(b, Enqueue::woken);
    EXPECT_FALSE(cfs_.preempts(0, b, a, now_)) << "behind by 1 ms, no more";
    EXPECT_EQ(turn(a), Cfs::latency.count() / 2 - 1'000'000);
}

TEST_F(CfsTest, AYieldPassesOverOnce) {
    Schedulable& a = thread();
    Schedulable& b = thread({}, Enqueue::created);
    ASSERT_EQ(pick(), &a) << "b begins a slice behind";
    cfs_.put(0, a, Put::yielded, now_);
    ASSERT_EQ(pick(), &b);
    cfs_.put(0, b, Put::preempted, now_);
    ASSERT_EQ(pick(), &a);
}

// The cost of the tree's operations in comparisons and its depth, from 10 to 10,000 threads.
std::uint64_t comparisons;
struct Counting {
    bool operator()(const VruntimeNode* a, const VruntimeNode* b) const {
        ++comparisons;
        return ByVruntime{}(a, b);
    }
};
struct Item : VruntimeNode {};

unsigned depth(const VruntimeNode& node) {
    unsigned depth = 0;
    for (const VruntimeNode* at = &node; at->parent->parent != at; at = at->parent) {
        ++depth;
    }
    return depth;
}

TEST(VruntimeTree, GrowsLogarithmically) {
    for (const std::size_t threads : {10U, 100U, 1000U, 10'000U}) {
        VruntimeTree<Item, Counting> tree;
        std::deque<Item> items(threads);
        std::mt19937 random{7};
        const unsigned bound = 2 * static_cast<unsigned>(std::bit_width(threads + 1));  // 2 log2(n + 1): Guibas and Sedgewick, 1978
        for (Item& item : items) {
            item.vruntime = random() % 1'000'000;
            comparisons = 0;
            tree.insert(item);
            EXPECT_LE(comparisons, bound + 2) << threads;
        }
        for (const Item& item : items) {
            if (&item != tree.first()) {  // which is not in it
                ASSERT_LE(depth(item), bound) << threads;
            }
        }
        // As threads do: the first runs and is put back behind others.
        for (std::size_t i = 0; i < 2 * threads; ++i) {
            Item& first = *tree.first();
            comparisons = 0;
            tree.erase(first);
            EXPECT_EQ(comparisons, 0U);
            first.vruntime += 1000 + random() % 1000;
            tree.insert(first);
            EXPECT_LE(comparisons, bound + 2) << threads;
        }
        VirtualTime last = 0;
        std::size_t seen = 0;
        for (Item* item = tree.first(); item != nullptr; item = tree.next(*item)) {
            EXPECT_LE(last, item->vruntime);
            last = item->vruntime;
            ++seen;
        }
        EXPECT_EQ(seen, threads);
    }
}

}  // namespace
}  // namespace phx::sched
