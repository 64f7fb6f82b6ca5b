#include <gtest/gtest.h>

#include <base/ring_buffer.hpp>

namespace phx {
namespace {

TEST(RingBuffer, GivesItemsInTheOrderTheyCame) {
    RingBuffer<int, 4> ring;
    EXPECT_TRUE(ring.empty());
    EXPECT_EQ(ring.pop(), std::nullopt);
    EXPECT_TRUE(ring.push(1));
    EXPECT_TRUE(ring.push(2));
    EXPECT_EQ(ring.size(), 2U);
    EXPECT_EQ(ring.pop(), 1);
    EXPECT_EQ(ring.pop(), 2);
    EXPECT_TRUE(ring.empty());
}

TEST(RingBuffer, RefusesWhatDoesNotFit) {
    RingBuffer<int, 4> ring;
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(ring.push(i));
    }
    EXPECT_TRUE(ring.full());
    EXPECT_FALSE(ring.push(9));
    EXPECT_EQ(ring.size(), ring.capacity());
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(ring.pop(), i);
    }
}

TEST(RingBuffer, WrapsAround) {
    RingBuffer<int, 2> ring;
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(ring.push(i));
        ASSERT_TRUE(ring.push(-i));
        ASSERT_FALSE(ring.push(0));
        ASSERT_EQ(ring.pop(), i);
        ASSERT_EQ(ring.pop(), -i);
    }
}

TEST(RingBuffer, HoldsOneItem) {
    RingBuffer<char, 1> ring;
    EXPECT_TRUE(ring.push('a'));
    EXPECT_TRUE(ring.full());
    EXPECT_EQ(ring.pop(), 'a');
}

TEST(RingBuffer, ShowsTheOldestThatLieInARow) {
    RingBuffer<int, 4> ring;
    for (const int item : {1, 2, 3}) {
        ring.push(item);
    }
    EXPECT_EQ(ring.front().size(), 3U);
    EXPECT_EQ(ring.room(), 1U);
    ring.drop(2);
    ring.push(4);
    ring.push(5);
    EXPECT_EQ(ring.front().size(), 2U);  // the third is at the other end
    EXPECT_EQ(ring.front()[0], 3);
    ring.drop(2);
    EXPECT_EQ(ring.front()[0], 5);
    ring.clear();
    EXPECT_TRUE(ring.empty());
    EXPECT_TRUE(ring.front().empty());
}

}  // namespace
}  // namespace phx
