#include "cmd_crash.hpp"

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

TEST(CmdCrash, RefusesKindsThatItDoesNotKnow) {
    EXPECT_EQ(run({}), "EINVAL");
    EXPECT_EQ(run({"softly"}), "EINVAL");
    EXPECT_EQ(run({"null", "null"}), "EINVAL");
}

TEST(CmdCrash, FailsAnAssertion) {
    wiring::fake_log.reset();
    EXPECT_THROW(run({"assert"}), PanicCalled);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "crash assert: on purpose"));
}

TEST(CmdCrash, SaysWhatTheGraphLacks) {
    for (const std::string_view kind : {"sleep", "unlock", "thread_stack", "two_stacks", "lockup", "masked", "hang"}) {
        EXPECT_EQ(run({kind}), "ENOSYS") << kind;
    }
}

TEST(CmdCrash, LocksThatNobodyChecksAreNotMissed) {
    EXPECT_EQ(run({"inversion"}), "inversion: came back\n");
}

TEST(CmdCrash, FreesTwice) { EXPECT_ANY_THROW(run({"free"})) << "by the heap's fake"; }

// The other kinds stop this process by whatever means the host has.
TEST(CmdCrashDeathTest, FaultsForReal) {
    for (const std::string_view kind : {"null", "undefined", "text", "stack", "exec"}) {
        EXPECT_DEATH(run({kind}), "") << kind;
    }
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdCrash commands;
        return commands;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdCrash, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
