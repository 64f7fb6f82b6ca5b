// What every provider of Clock keeps. Traits, one object a test: `using Provider`; `Provider& ready()`, after its init;
// `advance(by)`: time passes.
#pragma once

#include <gtest/gtest.h>

#include <time/interfaces/clock.hpp>

namespace phx::time {

template <class Traits>
class ClockConformance : public ::testing::Test {
protected:
    static_assert(Clock<typename Traits::Provider>);

    Traits traits_;
    typename Traits::Provider& clock_ = traits_.ready();
};

TYPED_TEST_SUITE_P(ClockConformance);

TYPED_TEST_P(ClockConformance, HasAResolution) {
    EXPECT_GE(this->clock_.resolution(), Nanoseconds{1});
}

TYPED_TEST_P(ClockConformance, NeverGoesBack) {
    Nanoseconds last = this->clock_.now();
    EXPECT_GE(last, Nanoseconds{0});
    for (int step = 0; step < 1000; ++step) {
        this->traits_.advance(Nanoseconds{step});
        const Nanoseconds now = this->clock_.now();
        ASSERT_GE(now, last);
        last = now;
    }
}

// Within a millionth and the resolution on both ends.
TYPED_TEST_P(ClockConformance, KeepsTime) {
    for (const std::int64_t span :
         {1'000LL, 1'000'000LL, 1'000'000'000LL, 3'600'000'000'000LL, 31'557'600'000'000'000LL}) {
        const Nanoseconds before = this->clock_.now();
        this->traits_.advance(Nanoseconds{span});
        const std::int64_t passed = (this->clock_.now() - before).count();
        const std::int64_t allowed = span / 1'000'000 + 2 * this->clock_.resolution().count();
        EXPECT_NEAR(static_cast<double>(passed), static_cast<double>(span), static_cast<double>(allowed)) << span;
    }
}

REGISTER_TYPED_TEST_SUITE_P(ClockConformance, HasAResolution, NeverGoesBack, KeepsTime);

}  // namespace phx::time
