#include "cmd_irq.hpp"

#include <ports/cmd_irq.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"irq", "", "Shows the wired interrupt lines and how often each came."},
};

}  // namespace

std::span<const CommandInfo> CmdIrq::commands() const {
    return k_commands;
}

Result<void> CmdIrq::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    if (!args.empty()) {
        return Errno::inval;
    }
    auto& entry = ports::cmd_irq::entry();
    out.write("  line      count  handler\n");
    for (const irq::WiredLine& wired : ports::cmd_irq::wiring().lines()) {
        out.print("  {:4} {:10}  {}.{}\n", wired.line, entry.count(wired.line), wired.instance, wired.handler);
    }
    out.print("  unexpected or spurious: {}\n", entry.unexpected());
    return {};
}

}  // namespace phx::debug
