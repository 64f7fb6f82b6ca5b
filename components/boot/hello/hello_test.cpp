#include <gtest/gtest.h>

#include <params/hello.hpp>
#include <wiring.hpp>

TEST(Hello, PrintsItsLineAndSucceeds) {
    phx::wiring::fake_console.reset();
    EXPECT_EQ(phx::wiring::dut.run(), 0);
    EXPECT_EQ(phx::wiring::fake_console.output(), std::string{phx::params::hello::text} + "\n");
}
