#include "cmd_date.hpp"

#include <ctime>

#include <gtest/gtest.h>

#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <wiring.hpp>

namespace phx::debug {
namespace {

constexpr std::int64_t k_second = 1'000'000'000;

std::string date_at(std::int64_t seconds) {
    CmdDate command;
    CapturedOutput out;
    wiring::fake_clocks.reset();
    EXPECT_TRUE(wiring::fake_clocks.set_realtime(Nanoseconds{seconds * k_second}));
    EXPECT_TRUE(command.run(0, {}, out));
    return out.take();
}

TEST(CmdDate, ShowsTheTimeOfDay) {
    EXPECT_EQ(date_at(0), "1970-01-01T00:00:00Z\n");
    EXPECT_EQ(date_at(951'782'399), "2000-02-28T23:59:59Z\n");
    EXPECT_EQ(date_at(951'782'400), "2000-02-29T00:00:00Z\n");
    EXPECT_EQ(date_at(1'767'225'599), "2025-12-31T23:59:59Z\n");
    EXPECT_EQ(date_at(4'294'967'295), "2106-02-07T06:28:15Z\n");
}

TEST(CmdDate, AgreesWithTheHostsCalendar) {
    for (std::int64_t day = 0; day < 200 * 366; ++day) {
        const std::time_t seconds = day * 86'400 + day % 86'400;
        std::tm parts{};
        gmtime_r(&seconds, &parts);
        std::array<char, 32> expected;
        std::strftime(expected.data(), expected.size(), "%Y-%m-%dT%H:%M:%SZ\n", &parts);
        ASSERT_EQ(date_at(seconds), expected.data());
    }
}

TEST(CmdDate, TakesNoArguments) {
    CmdDate command;
    CapturedOutput out;
    const std::array<std::string_view, 1> args{"now"};
    EXPECT_EQ(command.run(0, args, out).error(), Errno::inval);
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdDate command;
        return command;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdDate, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
