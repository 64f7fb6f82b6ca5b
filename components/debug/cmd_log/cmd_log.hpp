// `log`: the messages that the kernel log still has.
#pragma once

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class CmdLog final : public MonitorCommands {
public:
    constexpr CmdLog() = default;

    [[nodiscard]] std::span<const CommandInfo> commands() const override;
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override;
};

}  // namespace phx::debug
