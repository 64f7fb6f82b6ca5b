#include "cmd_irq.hpp"

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

TEST(CmdIrq, ShowsLinesWithCountsAndHandlers) {
    wiring::fake_device_interrupts.set_lines(
        {{IrqLine{27}, "timer", "on_interrupt"}, {IrqLine{33}, "uart", "on_receive"}});
    wiring::fake_interrupt_entry.reset();
    wiring::fake_interrupt_entry.set_count(IrqLine{33}, 1234);
    wiring::fake_interrupt_entry.set_unexpected(2);
    EXPECT_EQ(run(), "  line      count  handler\n"
                     "    27          0  timer.on_interrupt\n"
                     "    33       1234  uart.on_receive\n"
                     "  unexpected or spurious: 2\n");
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdIrq commands;
        return commands;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdIrq, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
