#include <time/pl031/pl031.hpp>

#include <gtest/gtest.h>

#include <time/interfaces/real_time_clock_conformance.hpp>
#include <time/pl031/pl031_model.hpp>
#include <wiring.hpp>

namespace phx::time {
namespace {

constexpr std::int64_t k_second = 1'000'000'000;

struct OnModel {
    using Provider = Pl031;

    Pl031& ready() {
        EXPECT_TRUE(clock_.init());
        return clock_;
    }
    void advance(std::int64_t seconds) { device_.advance(seconds); }

private:
    Pl031Model device_;
    Pl031 clock_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Pl031, RealTimeClockConformance, OnModel);

class Pl031Test : public ::testing::Test {
protected:
    Pl031Test() { wiring::fake_log.reset(); }

    Pl031Model device_;
    Pl031 clock_;
};

TEST_F(Pl031Test, GoesOnFromWhatTheFirmwareSet) {
    device_.running = true;
    device_.seconds = 1'767'225'600;
    ASSERT_TRUE(clock_.init());
    EXPECT_EQ(clock_.read().value(), Nanoseconds{1'767'225'600 * k_second});
}

TEST_F(Pl031Test, HasNoTimeUntilItIsStarted) {
    ASSERT_TRUE(clock_.init());
    EXPECT_EQ(clock_.read().error(), Errno::nodata);
    ASSERT_TRUE(clock_.set(Nanoseconds{5 * k_second}));
    EXPECT_TRUE(device_.running);
    EXPECT_EQ(clock_.read().value(), Nanoseconds{5 * k_second});
}

TEST_F(Pl031Test, HoldsSecondsUntil2106) {
    constexpr std::int64_t last = 0xffff'ffff;
    ASSERT_TRUE(clock_.init());
    ASSERT_TRUE(clock_.set(Nanoseconds{last * k_second + k_second - 1}));
    EXPECT_EQ(clock_.read().value(), Nanoseconds{last * k_second});
    EXPECT_EQ(clock_.set(Nanoseconds{(last + 1) * k_second}).error(), Errno::range);
}

TEST_F(Pl031Test, TurnsTheAlarmOff) {
    device_.alarm_on = true;
    device_.alarm_pending = true;
    ASSERT_TRUE(clock_.init());
    EXPECT_FALSE(device_.alarm_on);
    EXPECT_FALSE(device_.alarm_pending);
}

TEST_F(Pl031Test, TakesAnyRevision) {
    device_.identity[2] = 0x04;
    EXPECT_TRUE(clock_.init());
}

TEST_F(Pl031Test, RefusesOtherDevices) {
    for (std::size_t byte = 0; byte < 8; ++byte) {
        if (byte == 3) {
            continue;  // PeriphID3 is configuration
        }
        device_.identity[byte] ^= 1;
        EXPECT_EQ(clock_.init().error(), Errno::nodev) << byte;
        device_.identity[byte] ^= 1;
    }
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no PL031"));
}

}  // namespace
}  // namespace phx::time
