#include "cmd_timers.hpp"

#include <algorithm>
#include <charconv>

#include <ports/cmd_timers.hpp>

namespace phx::debug {
namespace {

enum Command : std::size_t { timers, uptime };

constexpr CommandInfo k_commands[] = {
    {"timers", "[add MILLISECONDS NAME]", "Shows the armed timers, or arms one that logs when it fires."},
    {"uptime", "", "Shows the time since the counter started."},
};

constexpr std::int64_t k_millisecond = 1'000'000;
constexpr std::int64_t k_longest = 24LL * 3600 * 1000;  // milliseconds

// "12.345678" seconds.
std::string_view seconds(std::span<char> buffer, Nanoseconds time) {
    const std::int64_t microseconds = time.count() / 1000;
    return format_to(buffer, "{}.{:06}", microseconds / 1'000'000, microseconds % 1'000'000);
}

}  // namespace

std::span<const CommandInfo> CmdTimers::commands() const {
    return k_commands;
}

Result<void> CmdTimers::run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) {
    if (index == timers && args.size() == 3 && args[0] == "add") {
        return add(args[1], args[2], out);
    }
    if (!args.empty()) {
        return Errno::inval;
    }
    if (index == timers) {
        return list(out);
    }
    std::array<char, 32> buffer;
    out.print("{} seconds\n", seconds(buffer, ports::cmd_timers::clock().now()));
    return {};
}

Result<void> CmdTimers::list(MonitorOutput& out) {
    auto& queue = ports::cmd_timers::timers();
    const Nanoseconds now = ports::cmd_timers::clock().now();
    std::array<time::TimerInfo, 16> infos;
    const auto listed = queue.list(infos);
    for (const time::TimerInfo& info : listed) {
        std::array<char, 32> buffer;
        out.print("  in {:12} s  cpu {}  {}\n", seconds(buffer, std::max(info.deadline, now) - now), info.cpu, info.name);
    }
    out.print("  {} armed, {} expired since boot\n", queue.pending(), queue.expired());
    return {};
}

Result<void> CmdTimers::add(std::string_view milliseconds, std::string_view name, MonitorOutput& out) {
    std::int64_t delay = 0;
    const char* end = milliseconds.data() + milliseconds.size();
    const auto [rest, error] = std::from_chars(milliseconds.data(), end, delay);
    const auto slot =
        std::find_if(slots_.begin(), slots_.end(), [](const Slot& s) { return !s.alarm || !s.alarm->is_armed(); });
    if (error != std::errc{} || rest != end || delay < 0 || delay > k_longest || name.empty() ||
        name.size() > Slot{}.name.size()) {
        return Errno::inval;
    }
    if (slot == slots_.end()) {
        return Errno::busy;
    }
    if (slot->alarm) {
        ports::cmd_timers::timers().cancel_sync(*slot->alarm);  // it may be logging still, on another CPU
    }
    std::copy(name.begin(), name.end(), slot->name.begin());
    slot->alarm.emplace(std::string_view{slot->name.data(), name.size()});
    ports::cmd_timers::timers().arm(*slot->alarm,
                                    ports::cmd_timers::clock().now() + Nanoseconds{delay * k_millisecond});
    out.print("{} fires in {} ms\n", name, delay);
    return {};
}

void CmdTimers::Alarm::on_expired(Nanoseconds now) {
    ports::cmd_timers::log().info("timer {} fired {} us after its deadline", name(), (now - deadline()).count() / 1000);
}

}  // namespace phx::debug
