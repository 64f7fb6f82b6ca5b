#include <gtest/gtest.h>

#include <sync/mpsc_queue.hpp>
#include <sync/per_cpu_counter.hpp>
#include <sync/rw_lock.hpp>
#include <sync/seqlock.hpp>

namespace phx {
namespace {

struct Item : MpscNode {
    explicit Item(int n) : number{n} {}
    int number;
};

TEST(MpscQueue, IsFirstInFirstOutAcrossEmptiness) {
    MpscQueue<Item> queue;
    Item a{1};
    Item b{2};
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.pop(), nullptr);
    for (int round = 0; round < 3; ++round) {
        queue.push(a);
        EXPECT_FALSE(queue.empty());
        EXPECT_EQ(queue.pop(), &a);
        EXPECT_TRUE(queue.empty());
        queue.push(b);
        queue.push(a);
        EXPECT_EQ(queue.pop(), &b);
        queue.push(b);
        EXPECT_EQ(queue.pop(), &a);
        EXPECT_EQ(queue.pop(), &b);
        EXPECT_EQ(queue.pop(), nullptr);
    }
}

struct Wide {
    std::uint64_t a;
    std::uint64_t b;
    std::uint32_t c;
    bool operator==(const Wide&) const = default;
};

TEST(SeqLocked, GivesBackWhatWasWritten) {
    SeqLocked<Wide> value;
    EXPECT_EQ(value.read(), (Wide{}));
    value.write({1, 2, 3});
    EXPECT_EQ(value.read(), (Wide{1, 2, 3}));
}

TEST(SeqCount, AWriterMakesReadersRetry) {
    SeqCount count;
    const auto seen = count.begin_read();
    EXPECT_FALSE(count.must_retry(seen));
    count.begin_write();
    EXPECT_TRUE(count.must_retry(seen));
    count.end_write();
    EXPECT_TRUE(count.must_retry(seen));
    EXPECT_FALSE(count.must_retry(count.begin_read()));
}

TEST(PerCpuCounter, AddsUp) {
    PerCpuCounter counter;
    counter.increment();
    counter.add(41);
    counter.add(-2);
    EXPECT_EQ(counter.sum(), 40);
}

TEST(RwTickets, TryingGivesWay) {
    sync::RwTickets lock;
    EXPECT_TRUE(lock.try_lock_shared());
    EXPECT_TRUE(lock.try_lock_shared());
    EXPECT_FALSE(lock.try_lock());
    lock.unlock_shared();
    lock.unlock_shared();
    EXPECT_TRUE(lock.try_lock());
    EXPECT_FALSE(lock.try_lock());
    EXPECT_FALSE(lock.try_lock_shared());
    lock.unlock();
    lock.lock_shared();
    lock.unlock_shared();
    lock.lock();
    lock.unlock();
}

}  // namespace
}  // namespace phx
