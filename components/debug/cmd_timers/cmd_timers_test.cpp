#include "cmd_timers.hpp"

#include <gtest/gtest.h>

#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <wiring.hpp>

namespace phx::debug {
namespace {

class CmdTimersTest : public ::testing::Test {
protected:
    static constexpr std::int64_t k_second = 1'000'000'000;

    void SetUp() override {
        wiring::fake_timers.reset();
        wiring::fake_log.reset();
        wiring::fake_clock.set(Nanoseconds{5 * k_second});
    }
    void TearDown() override { wiring::fake_timers.reset(); }

    // What the command prints, or the name of its error.
    std::string run(std::vector<std::string_view> args = {}, std::size_t index = 0) {
        CapturedOutput out;
        const Result<void> result = commands_.run(index, args, out);
        return result ? out.take() : std::string{errno_name(result.error())};
    }

    CmdTimers commands_;
};

TEST_F(CmdTimersTest, TellsTheTime) {
    wiring::fake_clock.set(Nanoseconds{12 * k_second + 34'567'890});
    EXPECT_EQ(run({}, 1), "12.034567 seconds\n");
}

TEST_F(CmdTimersTest, ListsWhatIsArmed) {
    EXPECT_EQ(run(), "  0 armed, 0 expired since boot\n");
    EXPECT_EQ(run({"add", "1500", "tea"}), "tea fires in 1500 ms\n");
    EXPECT_EQ(run({"add", "10", "egg"}), "egg fires in 10 ms\n");
    EXPECT_EQ(run(), "  in     0.010000 s  cpu 0  egg\n"
                     "  in     1.500000 s  cpu 0  tea\n"
                     "  2 armed, 0 expired since boot\n");
    wiring::fake_clock.advance(Nanoseconds{k_second});
    EXPECT_TRUE(run().starts_with("  in     0.000000 s  cpu 0  egg\n  in     0.500000 s  cpu 0  tea\n"));
}

TEST_F(CmdTimersTest, AnAddedTimerLogsWhenItFires) {
    run({"add", "1000", "tea"});
    wiring::fake_timers.set_now(Nanoseconds{6 * k_second - 1});
    EXPECT_TRUE(wiring::fake_log.messages().empty());
    wiring::fake_timers.set_now(Nanoseconds{6 * k_second + 7000});
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "timer tea fired 7 us after its deadline"));
    EXPECT_EQ(run(), "  0 armed, 1 expired since boot\n");
}

TEST_F(CmdTimersTest, SlotsAreUsedAgain) {
    for (std::int64_t i = 0; i < params::cmd_timers::slots; ++i) {
        EXPECT_EQ(run({"add", "1000", "tea"}), "tea fires in 1000 ms\n");
    }
    EXPECT_EQ(run({"add", "1000", "tea"}), "EBUSY");
    wiring::fake_timers.set_now(Nanoseconds{6 * k_second});
    EXPECT_EQ(run({"add", "1000", "tea"}), "tea fires in 1000 ms\n");
}

TEST_F(CmdTimersTest, KeepsTheNameOfATimer) {
    std::string name = "tea";
    run({"add", "1000", name});
    name = "XXX";
    EXPECT_NE(run().find("tea"), std::string::npos);
}

TEST_F(CmdTimersTest, RefusesOtherArguments) {
    EXPECT_EQ(run({"add", "-1", "tea"}), "EINVAL");
    EXPECT_EQ(run({"add", "1s", "tea"}), "EINVAL");
    EXPECT_EQ(run({"add", "86400001", "tea"}), "EINVAL");
    EXPECT_EQ(run({"add", "1", ""}), "EINVAL");
    EXPECT_EQ(run({"add", "1", "a name that is far too long"}), "EINVAL");
    EXPECT_EQ(run({"add", "1"}), "EINVAL");
    EXPECT_EQ(run({"remove", "1", "tea"}), "EINVAL");
    EXPECT_EQ(run({"now"}, 1), "EINVAL");
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdTimers commands;
        return commands;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdTimers, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
