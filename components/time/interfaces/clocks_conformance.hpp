// What every provider of Clocks keeps. Traits, one object a test: `using Provider`; `Provider& ready()`, after its init;
// `advance(by)`: time passes.
#pragma once

#include <gtest/gtest.h>

#include <time/interfaces/clocks.hpp>

namespace phx::time {

template <class Traits>
class ClocksConformance : public ::testing::Test {
protected:
    static_assert(Clocks<typename Traits::Provider>);

    static constexpr Nanoseconds k_second{1'000'000'000};
    static constexpr Nanoseconds k_2026{1'767'225'600'000'000'000};

    Traits traits_;
    typename Traits::Provider& clocks_ = traits_.ready();
};

TYPED_TEST_SUITE_P(ClocksConformance);

TYPED_TEST_P(ClocksConformance, AllGoAtOnePace) {
    const Nanoseconds monotonic = this->clocks_.monotonic();
    const Nanoseconds boottime = this->clocks_.boottime();
    const Nanoseconds realtime = this->clocks_.realtime();
    EXPECT_GE(boottime, monotonic);
    EXPECT_GE(realtime, Nanoseconds{0});
    this->traits_.advance(this->k_second);
    EXPECT_EQ(this->clocks_.monotonic() - monotonic, this->k_second);
    EXPECT_EQ(this->clocks_.boottime() - boottime, this->k_second);
    EXPECT_EQ(this->clocks_.realtime() - realtime, this->k_second);
}

TYPED_TEST_P(ClocksConformance, SettingMovesRealtimeAlone) {
    const Nanoseconds monotonic = this->clocks_.monotonic();
    const Nanoseconds boottime = this->clocks_.boottime();
    for (const Nanoseconds time : {this->k_2026, this->k_2026 - this->k_second, this->k_2026 + this->k_second}) {
        ASSERT_TRUE(this->clocks_.set_realtime(time));
        EXPECT_EQ(this->clocks_.realtime(), time);
    }
    EXPECT_EQ(this->clocks_.monotonic(), monotonic);
    EXPECT_EQ(this->clocks_.boottime(), boottime);
    this->traits_.advance(this->k_second);
    EXPECT_EQ(this->clocks_.realtime(), this->k_2026 + this->k_second + this->k_second);
}

TYPED_TEST_P(ClocksConformance, RealtimeIsNotBeforeMonotonic) {
    this->traits_.advance(this->k_second);
    ASSERT_TRUE(this->clocks_.set_realtime(this->k_2026));
    for (const Nanoseconds time : {Nanoseconds{-1}, Nanoseconds{0}, this->clocks_.monotonic() - Nanoseconds{1}}) {
        EXPECT_EQ(this->clocks_.set_realtime(time).error(), Errno::inval);
    }
    EXPECT_EQ(this->clocks_.realtime(), this->k_2026);
    EXPECT_TRUE(this->clocks_.set_realtime(this->clocks_.monotonic()));
}

TYPED_TEST_P(ClocksConformance, ThePageHasTheOffsets) {
    ASSERT_TRUE(this->clocks_.set_realtime(this->k_2026));
    const ClockPage& page = this->clocks_.page();
    EXPECT_EQ(page.realtime_offset - page.monotonic_offset,
              (this->clocks_.realtime() - this->clocks_.monotonic()).count());
    EXPECT_EQ(page.boottime_offset - page.monotonic_offset,
              (this->clocks_.boottime() - this->clocks_.monotonic()).count());
    EXPECT_EQ(page.sequence.begin_read() % 2, 0U);
}

REGISTER_TYPED_TEST_SUITE_P(ClocksConformance, AllGoAtOnePace, SettingMovesRealtimeAlone, RealtimeIsNotBeforeMonotonic,
                            ThePageHasTheOffsets);

}  // namespace phx::time
