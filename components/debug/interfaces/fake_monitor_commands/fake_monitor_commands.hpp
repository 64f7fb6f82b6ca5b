// Two commands that remember how they were called.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <debug/interfaces/monitor_commands.hpp>
#include <params/fake_monitor_commands.hpp>

namespace phx::debug {

class FakeMonitorCommands final : public MonitorCommands {
public:
    constexpr explicit FakeMonitorCommands(const params::fake_monitor_commands::Instance& instance)
        : commands_{{{instance.first, "[WORD]...", "The first."}, {instance.second, "", "The second."}}} {}

    [[nodiscard]] std::span<const CommandInfo> commands() const override { return commands_; }
    Result<void> run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) override {
        calls_.push_back({index, {args.begin(), args.end()}});
        out.write("ran\n");
        return result_;
    }

    struct Call {
        std::size_t index;
        std::vector<std::string> args;
        bool operator==(const Call&) const = default;
    };
    [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }
    void set_result(Result<void> result) { result_ = result; }
    void reset() {
        calls_.clear();
        result_ = {};
    }

private:
    std::array<CommandInfo, 2> commands_;
    std::vector<Call> calls_;
    Result<void> result_;
};

}  // namespace phx::debug
