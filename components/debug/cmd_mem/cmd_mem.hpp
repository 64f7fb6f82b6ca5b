// `mem`: RAM, reserved regions, page frames and heap. `heap`: live objects by where they were allocated, and a look at all of them.
#pragma once

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

class CmdMem final : public MonitorCommands {
public:
    constexpr CmdMem() = default;

    [[nodiscard]] std::span<const CommandInfo> commands() const override;
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override;

private:
    static Result<void> show_use(MonitorOutput& out);
    static Result<void> show_heap(bool check, MonitorOutput& out);
};

}  // namespace phx::debug
