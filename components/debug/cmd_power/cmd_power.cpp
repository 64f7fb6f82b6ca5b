#include "cmd_power.hpp"

#include <charconv>

#include <ports/cmd_power.hpp>

namespace phx::debug {
namespace {

enum Command : std::size_t { halt, reboot };

constexpr CommandInfo k_commands[] = {
    {"halt", "[STATUS]", "Powers the machine off."},
    {"reboot", "", "Resets the machine."},
};

}  // namespace

std::span<const CommandInfo> CmdPower::commands() const {
    return k_commands;
}

Result<void> CmdPower::run(std::size_t index, std::span<const std::string_view> args, MonitorOutput&) {
    if (args.size() > (index == halt ? 1 : 0)) {
        return Errno::inval;
    }
    int status = 0;
    if (!args.empty()) {
        const char* end = args[0].data() + args[0].size();
        const auto [rest, error] = std::from_chars(args[0].data(), end, status);
        if (error != std::errc{} || rest != end || status < 0 || status > 255) {
            return Errno::inval;
        }
    }
    ports::cmd_power::console().flush();
    if (index == reboot) {
        ports::cmd_power::power().reset();
    } else {
        ports::cmd_power::power().off(status);
    }
    return {};
}

}  // namespace phx::debug
