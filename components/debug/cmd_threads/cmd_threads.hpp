// `threads` and `cpus`.
#pragma once

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class CmdThreads final : public MonitorCommands {
public:
    constexpr CmdThreads() = default;

    [[nodiscard]] std::span<const CommandInfo> commands() const override;
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override;

private:
    static void threads(MonitorOutput& out);
    static void cpus(MonitorOutput& out);
};

}  // namespace phx::debug
