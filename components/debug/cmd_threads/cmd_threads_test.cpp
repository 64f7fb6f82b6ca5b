#include "cmd_threads.hpp"

#include <gtest/gtest.h>

#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::debug {
namespace {

std::string run(std::size_t index) {
    CapturedOutput out;
    EXPECT_TRUE(wiring::command.run(index, {}, out));
    return out.take();
}

TEST(CmdThreads, ListsWhoRunsAndWhoWaits) {
    task::FiberMachine::run([] {
        const auto sleeps = [](void*) { wiring::dut.sleep_until(Nanoseconds{1'000}); };
        const auto thread = wiring::dut.create({.name = "sleeper", .attributes = {.nice = 5}}, sleeps, nullptr);
        wiring::dut.yield();
        const std::string text = run(0);
        EXPECT_NE(text.find("main "), std::string::npos) << text;
        EXPECT_NE(text.find("sleeper             0  normal     5     0           1           0  sleep\n"), std::string::npos) << text;
        EXPECT_NE(run(1).find("    0         1    1024"), std::string::npos) << run(1);
        wiring::dut.join(**thread);
    });
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdThreads commands;
        return commands;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdThreads, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
