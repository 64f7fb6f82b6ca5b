// `date`.
#pragma once

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class CmdDate final : public MonitorCommands {
public:
    constexpr CmdDate() = default;

    [[nodiscard]] std::span<const CommandInfo> commands() const override;
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override;
};

}  // namespace phx::debug
