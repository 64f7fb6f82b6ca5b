// What every provider of RealTimeClock keeps. Traits, one object a test: `using Provider`; `Provider& ready()`, after its
// init; `advance(seconds)`: time passes.
#pragma once

#include <limits>

#include <gtest/gtest.h>

#include <time/interfaces/real_time_clock.hpp>

namespace phx::time {

template <class Traits>
class RealTimeClockConformance : public ::testing::Test {
protected:
    static_assert(RealTimeClock<typename Traits::Provider>);

    static constexpr std::int64_t k_second = 1'000'000'000;
    static constexpr Nanoseconds k_2026{1'767'225'600 * k_second};

    Traits traits_;
    typename Traits::Provider& clock_ = traits_.ready();
};

TYPED_TEST_SUITE_P(RealTimeClockConformance);

TYPED_TEST_P(RealTimeClockConformance, RunsFromWhatItWasSetTo) {
    ASSERT_TRUE(this->clock_.set(this->k_2026));
    EXPECT_EQ(this->clock_.read().value(), this->k_2026);
    this->traits_.advance(86'400);
    EXPECT_EQ(this->clock_.read().value(), this->k_2026 + Nanoseconds{86'400 * this->k_second});
    ASSERT_TRUE(this->clock_.set(this->k_2026 - Nanoseconds{this->k_second}));
    EXPECT_EQ(this->clock_.read().value(), this->k_2026 - Nanoseconds{this->k_second});
}

TYPED_TEST_P(RealTimeClockConformance, DropsFractions) {
    ASSERT_TRUE(this->clock_.set(this->k_2026 + Nanoseconds{this->k_second - 1}));
    EXPECT_EQ(this->clock_.read().value(), this->k_2026);
}

TYPED_TEST_P(RealTimeClockConformance, RefusesWhatItCannotHold) {
    ASSERT_TRUE(this->clock_.set(this->k_2026));
    EXPECT_EQ(this->clock_.set(Nanoseconds{-1}).error(), Errno::range);
    EXPECT_EQ(this->clock_.set(Nanoseconds{std::numeric_limits<std::int64_t>::min()}).error(), Errno::range);
    EXPECT_EQ(this->clock_.read().value(), this->k_2026);
}

REGISTER_TYPED_TEST_SUITE_P(RealTimeClockConformance, RunsFromWhatItWasSetTo, DropsFractions, RefusesWhatItCannotHold);

}  // namespace phx::time
