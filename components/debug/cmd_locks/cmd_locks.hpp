// `locks`: who holds what, and who waits for whom.
#pragma once

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class CmdLocks final : public MonitorCommands {
public:
    constexpr CmdLocks() = default;

    [[nodiscard]] std::span<const CommandInfo> commands() const override;
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override;
};

}  // namespace phx::debug
