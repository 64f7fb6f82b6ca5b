#include "klog.hpp"

#include <ports/klog.hpp>

namespace phx::log {
namespace {

constexpr std::size_t k_longest = 200;
constexpr Level k_console_level = static_cast<Level>(params::klog::console_level);

constexpr const char* k_prefixes[] = {"error: ", "warning: ", "", ""};  // by level

void print(Nanoseconds time, Level level, std::string_view tag, std::string_view text) {
    auto* console = ports::klog::console();
    if (console == nullptr || level > k_console_level) {
        return;
    }
    const char* prefix = k_prefixes[static_cast<std::size_t>(level)];
    std::array<char, k_longest + 80> line;
    if (ports::klog::clock() != nullptr) {
        const auto us = static_cast<std::uint64_t>(time.count()) / 1000;
        console->write(format_to(line, "[{:5}.{:06}] {}: {}{}\n", us / 1'000'000, us % 1'000'000, tag, prefix, text));
    } else {
        console->write(format_to(line, "{}: {}{}\n", tag, prefix, text));
    }
}

}  // namespace

void Klog::write(Level level, std::string_view tag, std::string_view format, std::span<const FormatArg> args) {
    std::array<char, k_longest> buffer;
    const std::string_view text = vformat_to(buffer, format, args);
    Nanoseconds time;
    if (auto* clock = ports::klog::clock()) {
        time = clock->now();
    }
    {
        const InterruptGuard guard;
        ring_.push({.time_ns = static_cast<std::uint64_t>(time.count()),
                    .tag = tag.data(),
                    .tag_size = static_cast<std::uint32_t>(tag.size()),
                    .text_size = static_cast<std::uint16_t>(text.size()),
                    .level = static_cast<std::uint8_t>(level)},
                   text);
    }
    print(time, level, tag, text);
}

std::optional<Record> Klog::next(std::uint64_t sequence, std::span<char> buffer) {
    const InterruptGuard guard;
    return ring_.next(sequence, buffer);
}

}  // namespace phx::log
