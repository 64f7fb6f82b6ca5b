#include "cmd_trace.hpp"

#include <ports/cmd_trace.hpp>
#include <types/trace_sink.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"trace", "[on|off|clear]", "Turns trace points on and off, or forgets what they said."},
};

}  // namespace

std::span<const CommandInfo> CmdTrace::commands() const {
    return k_commands;
}

Result<void> CmdTrace::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    using Sink = types::TraceSink;
    const std::string_view word = args.size() == 1 ? args[0] : "";
    if (args.empty()) {
        out.print("{}, {} events\n", Sink::is_on() ? "on" : "off", Sink::recorded());
    } else if (word == "on" || word == "off") {
        Sink::set_on(word == "on");
    } else if (word == "clear") {
        Sink::clear();
    } else {
        return Errno::inval;
    }
    return {};
}

}  // namespace phx::debug
