#include <gtest/gtest.h>

#include <sched/fair/virtual_time.hpp>
#include <sched/fair/weights.hpp>

namespace phx::sched {
namespace {

TEST(Weights, OneStepOfNiceIsTenPercentOfTheCpu) {
    EXPECT_EQ(weight_of({Policy::normal, 0, 0}), 1024U);
    EXPECT_EQ(weight_of({Policy::normal, -20, 0}), 88761U);
    EXPECT_EQ(weight_of({Policy::batch, 19, 0}), 15U);
    EXPECT_EQ(weight_of({Policy::idle, 0, 0}), 3U);
    for (std::size_t i = 1; i < k_nice_weights.size(); ++i) {
        const double ratio = static_cast<double>(k_nice_weights[i - 1]) / k_nice_weights[i];
        EXPECT_NEAR(ratio, 1.25, 0.06) << "nice " << static_cast<int>(i) - 20;
    }
}

TEST(VirtualTime, RunsFasterForLightThreads) {
    EXPECT_EQ(virtual_span(Nanoseconds{1000}, 1024), 1000U);
    EXPECT_EQ(virtual_span(Nanoseconds{1000}, 2048), 500U);
    EXPECT_EQ(virtual_span(Nanoseconds{30}, 15), 2048U);
    EXPECT_EQ(virtual_span(Nanoseconds{-5}, 1024), 0U);
    EXPECT_EQ(virtual_span(Nanoseconds{INT64_MAX}, 3), (std::uint64_t{1} << 60) / 3);
}

TEST(VirtualTime, ThereAndBackIsEnough) {
    for (const std::uint32_t weight : {3U, 15U, 820U, 1024U, 1277U, 88761U}) {
        for (const std::int64_t span : {1, 2, 999, 1'000'000}) {
            const Nanoseconds real = real_span(span, weight);
            EXPECT_GE(virtual_span(real, weight), static_cast<std::uint64_t>(span) - (weight > 1024 ? 1 : 0));
            EXPECT_LT(virtual_span(real - Nanoseconds{1}, weight), static_cast<std::uint64_t>(span));
        }
        EXPECT_GT(real_span(INT64_MAX, weight), Nanoseconds{1'000'000'000});
    }
}

TEST(VirtualTime, WrapsAround) {
    const VirtualTime late = UINT64_MAX - 5;
    EXPECT_TRUE(is_before(late, late + 10));
    EXPECT_FALSE(is_before(late + 10, late));
    EXPECT_FALSE(is_before(late, late));
    EXPECT_EQ(later_of(late, late + 10), late + 10);
    EXPECT_EQ(since(late, late + 10), 10);
}

}  // namespace
}  // namespace phx::sched
