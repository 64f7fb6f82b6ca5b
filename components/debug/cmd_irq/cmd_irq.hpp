// `irq`: the wired interrupt lines.
#pragma once

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class CmdIrq final : public MonitorCommands {
public:
    constexpr CmdIrq() = default;

    [[nodiscard]] std::span<const CommandInfo> commands() const override;
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override;
};

}  // namespace phx::debug
