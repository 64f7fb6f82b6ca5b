// `timers` and `uptime`.
#pragma once

#include <array>
#include <optional>

#include <debug/interfaces/monitor_commands.hpp>
#include <params/cmd_timers.hpp>
#include <time/interfaces/timers.hpp>

namespace phx::debug {

class CmdTimers final : public MonitorCommands {
public:
    constexpr CmdTimers() = default;

    [[nodiscard]] std::span<const CommandInfo> commands() const override;
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override;

private:
    // Logs that it fired.
    class Alarm final : public time::Timer {
    public:
        explicit Alarm(std::string_view name) : Timer{name} {}
        void on_expired(Nanoseconds now) override;
    };
    struct Slot {
        std::array<char, 24> name{};
        std::optional<Alarm> alarm;
    };

    Result<void> list(MonitorOutput& out);
    Result<void> add(std::string_view milliseconds, std::string_view name, MonitorOutput& out);

    std::array<Slot, params::cmd_timers::slots> slots_{};
};

}  // namespace phx::debug
