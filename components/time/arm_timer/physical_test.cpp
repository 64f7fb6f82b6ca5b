#include <gtest/gtest.h>

#include <arch/timer.hpp>
#include <wiring.hpp>

namespace phx::time {
namespace {

TEST(ArmTimerPhysical, UsesThePhysicalTimerAlone) {
    auto& physical = arch::host::timer<arch::GenericTimer::physical>;
    const auto& other = arch::host::timer<arch::GenericTimer::virtual_>;
    ASSERT_TRUE(wiring::dut.init());
    physical.count = 62'500'000;
    EXPECT_EQ(wiring::dut.now(), Nanoseconds{1'000'000'000});
    EXPECT_EQ(wiring::dut.rate().source, CounterSource::physical);
    wiring::dut.arm(Nanoseconds{2'000'000'000});
    EXPECT_TRUE(physical.armed);
    EXPECT_FALSE(other.armed);
    EXPECT_NEAR(static_cast<double>(physical.compare), 125'000'000.0, 2.0);
    wiring::dut.disarm();
    EXPECT_FALSE(physical.armed);
}

}  // namespace
}  // namespace phx::time
