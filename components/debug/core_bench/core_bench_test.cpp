#include "core_bench.hpp"

#include <gtest/gtest.h>

#include <wiring.hpp>

namespace phx::debug {
namespace {

TEST(CoreBench, PrintsALineForEachFigureThatTheGraphHas) {
    EXPECT_EQ(wiring::dut.run(), 0);
    const std::string text{wiring::fake_console.output()};
    EXPECT_NE(text.find("bench spin_pair "), std::string::npos) << text;
    EXPECT_NE(text.find("bench mutex_pair "), std::string::npos) << text;
}

}  // namespace
}  // namespace phx::debug
