#include "cmd_power.hpp"

#include <gtest/gtest.h>

#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <wiring.hpp>

namespace phx::debug {
namespace {

// What the command prints, or the name of its error.
std::string run(std::vector<std::string_view> args = {}, std::size_t index = 0) {
    CapturedOutput out;
    const Result<void> result = wiring::dut.run(index, args, out);
    return result ? out.take() : std::string{errno_name(result.error())};
}

constexpr std::size_t k_halt = 0;
constexpr std::size_t k_reboot = 1;

// The status the machine was ended with.
int halt(std::vector<std::string_view> args) {
    wiring::fake_console.reset();
    try {
        run(args, k_halt);
    } catch (const power::PoweredOff& off) {
        EXPECT_EQ(wiring::fake_console.flushes(), 1U);
        return off.status;
    }
    return -1;
}

TEST(CmdPower, Halts) {
    EXPECT_EQ(halt({}), 0);
    EXPECT_EQ(halt({"0"}), 0);
    EXPECT_EQ(halt({"255"}), 255);
}

TEST(CmdPower, Reboots) {
    wiring::fake_console.reset();
    EXPECT_THROW(run({}, k_reboot), power::WasReset);
    EXPECT_EQ(wiring::fake_console.flushes(), 1U);
}

TEST(CmdPower, RefusesOtherArguments) {
    for (const std::string_view status : {"256", "-1", "x", "", "1x", "99999999999"}) {
        EXPECT_EQ(run({status}, k_halt), "EINVAL") << status;
    }
    EXPECT_EQ(run({"1", "2"}, k_halt), "EINVAL");
    EXPECT_EQ(run({"1"}, k_reboot), "EINVAL");
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdPower commands;
        return commands;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdPower, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
