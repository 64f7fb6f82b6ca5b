// The kernel monitor: reads lines from the console and runs the commands that the graph's components add.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include <base/result.hpp>
#include <debug/interfaces/monitor_commands.hpp>
#include <params/monitor.hpp>

#include "line_editor.hpp"

namespace phx::debug {

class Monitor {
public:
    constexpr Monitor() = default;
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    // Application. Thread context; returns 0 when the console has no input, 1 when reading fails otherwise.
    int run();

    // Runs one line as if it were typed.
    void execute(std::string_view line, MonitorOutput& out);

private:
    static constexpr std::size_t max_words = 16;

    Result<void> read_line(MonitorOutput& out);
    void complete(MonitorOutput& out);

    std::array<Line, params::monitor::history> history_{};
    LineEditor editor_{history_};
};

}  // namespace phx::debug
