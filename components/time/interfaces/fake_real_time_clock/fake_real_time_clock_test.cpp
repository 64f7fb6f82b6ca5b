#include <time/interfaces/fake_real_time_clock/fake_real_time_clock.hpp>
#include <time/interfaces/real_time_clock_conformance.hpp>

namespace phx::time {
namespace {

struct FakeTraits {
    using Provider = FakeRealTimeClock;

    FakeRealTimeClock& ready() { return clock_; }
    void advance(std::int64_t seconds) { clock_.advance(seconds); }

private:
    FakeRealTimeClock clock_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, RealTimeClockConformance, FakeTraits);

TEST(FakeRealTimeClock, HasNoTimeAtFirst) {
    EXPECT_EQ(FakeRealTimeClock{}.read().error(), Errno::nodata);
}

}  // namespace
}  // namespace phx::time
