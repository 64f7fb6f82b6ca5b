// A ring of log messages. The newest overwrite the oldest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <locks/klog.hpp>
#include <log/interfaces/log.hpp>
#include <params/klog/lowest.hpp>
#include <sync/spinlock.hpp>

namespace phx::log {

// Messages in a ring of bytes, each a header and its text. The bytes, a power of two, are given to each call, always the same: how many
// there are is for klog.cpp to know, so that this header does not change with it. Positions count bytes since boot and wrap only on
// access. Not synchronised.
class MessageRing {
public:
    struct Header {
        std::uint64_t time_ns;
        const char* tag;
        std::uint32_t tag_size;
        std::uint16_t text_size;
        std::uint8_t level;
    };

    void push(std::span<char> bytes, const Header& header, std::string_view text);
    std::optional<Record> next(std::span<const char> bytes, std::uint64_t sequence, std::span<char> buffer) const;

private:
    std::uint64_t head_ = 0;
    std::uint64_t tail_ = 0;   // of the oldest message kept
    std::uint64_t first_ = 0;  // its sequence number
    std::uint64_t count_ = 0;
};

class Klog {
public:
    static constexpr Level lowest = static_cast<Level>(params::klog::lowest);

    constexpr Klog() = default;

    // Log
    void write(Level level, std::string_view tag, std::string_view format, std::span<const FormatArg> args);
    std::optional<Record> next(std::uint64_t sequence, std::span<char> buffer);

private:

    void keep(const MessageRing::Header& header, std::string_view text);

    SpinLock line_lock_{locks::klog::line};  // one message at a time to the console, in the ring's order
    SpinLock ring_lock_{locks::klog::ring};
    MessageRing ring_ __attribute__((guarded_by(ring_lock_)));
};

}  // namespace phx::log
