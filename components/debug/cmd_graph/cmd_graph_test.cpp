#include "cmd_graph.hpp"

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

TEST(CmdGraph, ShowsInstancesWithTheirWires) {
    EXPECT_EQ(run(), "made-up: A graph of two.\n"
                     "  uart             console/pl011\n"
                     "  shell            debug/monitor\n"
                     "    commands -> cmd_log, cmd_mem\n"
                     "    console -> uart\n");
}

TEST(CmdGraph, ShowsOneInstance) {
    EXPECT_EQ(run({"uart"}), "  uart             console/pl011\n");
    EXPECT_EQ(run({"nobody"}), "ENOENT");
    EXPECT_EQ(run({"uart", "shell"}), "EINVAL");
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdGraph commands;
        return commands;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdGraph, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
