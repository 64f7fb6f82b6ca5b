#include "cmd_log.hpp"

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

class CmdLogTest : public ::testing::Test {
protected:
    void SetUp() override {
        wiring::fake_log.reset();
        const log::Logger logger{wiring::fake_log, "uart"};
        logger.info("one");
        logger.error("two");
        logger.debug("three");
        logger.warning("four {}", 4);
    }
};

TEST_F(CmdLogTest, ShowsAllThatIsKept) {
    EXPECT_EQ(run(), "[    0.000000] info    uart: one\n"
                     "[    0.000000] error   uart: two\n"
                     "[    0.000000] debug   uart: three\n"
                     "[    0.000000] warning uart: four 4\n");
}

TEST_F(CmdLogTest, ShowsTheLast) {
    EXPECT_EQ(run({"1"}), "[    0.000000] warning uart: four 4\n");
    EXPECT_EQ(run({"0"}), "");
    EXPECT_EQ(run({"99"}), run());
}

TEST_F(CmdLogTest, SelectsByLevel) {
    EXPECT_EQ(run({"-l", "warning"}), "[    0.000000] error   uart: two\n"
                                      "[    0.000000] warning uart: four 4\n");
    EXPECT_EQ(run({"-l", "info", "3"}), "[    0.000000] info    uart: one\n"
                                        "[    0.000000] error   uart: two\n"
                                        "[    0.000000] warning uart: four 4\n");
    EXPECT_EQ(run({"-l", "error", "1"}), "[    0.000000] error   uart: two\n");
}

TEST_F(CmdLogTest, RefusesOtherArguments) {
    for (const std::vector<std::string_view>& args :
         std::vector<std::vector<std::string_view>>{{"-l"},
                                                    {"-l", "loud"},
                                                    {"-1"},
                                                    {"1x"},
                                                    {""},
                                                    {"1", "2"},
                                                    {"-l", "info", "1", "2"},
                                                    {"99999999999999999999"}}) {
        EXPECT_EQ(run(args), "EINVAL") << ::testing::PrintToString(args);
    }
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdLog commands;
        return commands;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdLog, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
