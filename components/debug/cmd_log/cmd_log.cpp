#include "cmd_log.hpp"

#include <algorithm>
#include <charconv>

#include <ports/cmd_log.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"log", "[-l error|warning|info|debug] [N]", "Shows the kernel log: all that is kept, or the last N messages."},
};

constexpr std::array<std::string_view, 4> k_levels{"error", "warning", "info", "debug"};  // by log::Level

struct Selection {
    log::Level lowest = log::Level::debug;
    std::uint64_t last = UINT64_MAX;
};

bool parse(std::span<const std::string_view> args, Selection& selection) {
    if (args.size() >= 2 && args[0] == "-l") {
        const auto level = std::find(k_levels.begin(), k_levels.end(), args[1]);
        if (level == k_levels.end()) {
            return false;
        }
        selection.lowest = static_cast<log::Level>(level - k_levels.begin());
        args = args.subspan(2);
    }
    if (args.empty()) {
        return true;
    }
    const char* end = args[0].data() + args[0].size();
    const auto [rest, error] = std::from_chars(args[0].data(), end, selection.last);
    return args.size() == 1 && error == std::errc{} && rest == end;
}

// Calls f(record) for each message kept that is severe enough.
template <class F>
void for_each_message(log::Level lowest, F f) {
    auto& log = ports::cmd_log::log().source();
    std::array<char, 200> buffer;
    std::uint64_t sequence = 0;
    while (const auto record = log.next(sequence, buffer)) {
        sequence = record->sequence + 1;
        if (record->level <= lowest) {
            f(*record);
        }
    }
}

void print(const log::Record& record, MonitorOutput& out) {
    const std::int64_t microseconds = record.time.count() / 1000;
    out.print("[{:5}.{:06}] {:<7} {}: ", microseconds / 1'000'000, microseconds % 1'000'000,
              k_levels[static_cast<std::size_t>(record.level)], record.tag);
    out.write(record.text);
    out.write("\n");
}

}  // namespace

std::span<const CommandInfo> CmdLog::commands() const {
    return k_commands;
}

Result<void> CmdLog::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    Selection selection;
    if (!parse(args, selection)) {
        return Errno::inval;
    }
    std::uint64_t count = 0;
    for_each_message(selection.lowest, [&count](const log::Record&) { ++count; });
    std::uint64_t skip = count - std::min(count, selection.last);
    for_each_message(selection.lowest, [&](const log::Record& record) {
        if (skip > 0) {
            --skip;
        } else {
            print(record, out);
        }
    });
    return {};
}

}  // namespace phx::debug
