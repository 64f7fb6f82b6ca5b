// `mem`: RAM, reserved regions, page frames and heap.
#pragma once

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class CmdMem final : public MonitorCommands {
public:
    constexpr CmdMem() = default;

    [[nodiscard]] std::span<const CommandInfo> commands() const override;
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override;
};

}  // namespace phx::debug
