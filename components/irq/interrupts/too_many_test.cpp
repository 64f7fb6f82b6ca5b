#include <gtest/gtest.h>

#include <wiring.hpp>

namespace phx::irq {
namespace {

TEST(InterruptsTooMany, InitSaysHowManyAreNeeded) {
    wiring::fake_log.reset();
    EXPECT_EQ(wiring::dut.init().error(), Errno::nospc);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "2 lines are wired"));
}

}  // namespace
}  // namespace phx::irq
