// A log that keeps every message as text: "tag: text".
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <log/interfaces/log.hpp>

namespace phx::log {

class FakeLog {
public:
    static constexpr Level lowest = Level::debug;

    struct Message {
        Level level;
        std::string_view tag;
        std::string text;
    };

    constexpr FakeLog() = default;

    void write(Level level, std::string_view tag, std::string_view format, std::span<const FormatArg> args) {
        std::array<char, 200> buffer;
        messages_.push_back({level, tag, std::string{vformat_to(buffer, format, args)}});
    }
    std::optional<Record> next(std::uint64_t sequence, std::span<char> buffer) {
        if (sequence >= messages_.size()) {
            return std::nullopt;
        }
        const Message& message = messages_[sequence];
        const std::size_t size = std::min(buffer.size(), message.text.size());
        std::copy_n(message.text.begin(), size, buffer.begin());
        return Record{sequence, Nanoseconds{}, message.level, message.tag, {buffer.data(), size}};
    }

    void reset() { messages_.clear(); }
    [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }
    // Whether a message of that level contains `text`.
    [[nodiscard]] bool contains(Level level, std::string_view text) const {
        return std::ranges::any_of(messages_, [&](const Message& m) { return m.level == level && m.text.find(text) != std::string::npos; });
    }

private:
    std::vector<Message> messages_;
};

}  // namespace phx::log
