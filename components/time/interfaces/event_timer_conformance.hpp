// What every provider of EventTimer keeps. Traits, one object a test: `using Provider`; `Provider& ready()`, after its
// init; `Nanoseconds now()`; `unsigned advance(by)`: time passes and interrupts are served; how often the listener was
// called meanwhile.
#pragma once

#include <gtest/gtest.h>

#include <time/interfaces/event_timer.hpp>

namespace phx::time {

template <class Traits>
class EventTimerConformance : public ::testing::Test {
protected:
    static_assert(EventTimer<typename Traits::Provider>);

    Traits traits_;
    typename Traits::Provider& timer_ = traits_.ready();

    static constexpr Nanoseconds k_ms{1'000'000};
    static constexpr Nanoseconds k_second{1'000'000'000};
    static constexpr Nanoseconds k_none{0};
};

TYPED_TEST_SUITE_P(EventTimerConformance);

TYPED_TEST_P(EventTimerConformance, IsSilentUntilArmed) {
    EXPECT_EQ(this->traits_.advance(this->k_second), 0U);
}

TYPED_TEST_P(EventTimerConformance, FiresOnceAndNotBeforeItsTime) {
    this->timer_.arm(this->traits_.now() + this->k_second);
    EXPECT_EQ(this->traits_.advance(this->k_second - this->k_ms), 0U);
    EXPECT_EQ(this->traits_.advance(this->k_ms + this->k_ms), 1U);
    EXPECT_EQ(this->traits_.advance(this->k_second), 0U);
}

TYPED_TEST_P(EventTimerConformance, FiresAtOnceForAPastDeadline) {
    const Nanoseconds past = this->traits_.now() - this->k_ms;
    this->timer_.arm(past);
    EXPECT_EQ(this->traits_.advance(this->k_none), 1U);
    this->timer_.arm(Nanoseconds{0});
    EXPECT_EQ(this->traits_.advance(this->k_none), 1U);
}

TYPED_TEST_P(EventTimerConformance, ArmingReplacesWhatWasArmed) {
    this->timer_.arm(this->traits_.now() + this->k_ms);
    this->timer_.arm(this->traits_.now() + this->k_second);
    EXPECT_EQ(this->traits_.advance(this->k_ms + this->k_ms), 0U);
    this->timer_.arm(this->traits_.now() + this->k_ms);
    EXPECT_EQ(this->traits_.advance(this->k_ms + this->k_ms), 1U);
    EXPECT_EQ(this->traits_.advance(this->k_second), 0U);
}

TYPED_TEST_P(EventTimerConformance, DisarmingKeepsItSilent) {
    this->timer_.arm(this->traits_.now() + this->k_ms);
    this->timer_.disarm();
    this->timer_.disarm();
    EXPECT_EQ(this->traits_.advance(this->k_second), 0U);
}

TYPED_TEST_P(EventTimerConformance, TheFarFutureDoesNotComeEarly) {
    this->timer_.arm(Nanoseconds{0x7fff'ffff'ffff'ffff});
    EXPECT_EQ(this->traits_.advance(this->k_second), 0U);
}

REGISTER_TYPED_TEST_SUITE_P(EventTimerConformance, IsSilentUntilArmed, FiresOnceAndNotBeforeItsTime,
                            FiresAtOnceForAPastDeadline, ArmingReplacesWhatWasArmed, DisarmingKeepsItSilent,
                            TheFarFutureDoesNotComeEarly);

}  // namespace phx::time
