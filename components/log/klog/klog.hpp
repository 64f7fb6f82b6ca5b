// A ring of log messages. The newest overwrite the oldest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <base/interrupt_guard.hpp>
#include <log/interfaces/log.hpp>
#include <params/klog.hpp>

namespace phx::log {

// Messages in a ring of bytes, each a header and its text. Positions count bytes since boot and wrap only on access. Not synchronised.
template <std::size_t Bytes>
class MessageRing {
    static_assert(Bytes > 0 && (Bytes & (Bytes - 1)) == 0, "ring_bytes must be a power of two");

public:
    struct Header {
        std::uint64_t time_ns;
        const char* tag;
        std::uint32_t tag_size;
        std::uint16_t text_size;
        std::uint8_t level;
    };

    constexpr MessageRing() = default;

    void push(const Header& header, std::string_view text) {
        const std::size_t size = sizeof(Header) + text.size();
        while (head_ - tail_ + size > Bytes) {
            tail_ += sizeof(Header) + header_at(tail_).text_size;
            ++first_;
        }
        copy_in(head_, reinterpret_cast<const char*>(&header), sizeof(Header));
        copy_in(head_ + sizeof(Header), text.data(), text.size());
        head_ += size;
        ++count_;
    }

    std::optional<Record> next(std::uint64_t sequence, std::span<char> buffer) const {
        if (sequence >= count_) {
            return std::nullopt;
        }
        std::uint64_t at = tail_;
        std::uint64_t number = first_;
        Header header = header_at(at);
        for (; number < sequence; ++number) {
            at += sizeof(Header) + header.text_size;
            header = header_at(at);
        }
        const std::size_t size = header.text_size < buffer.size() ? header.text_size : buffer.size();
        copy_out(at + sizeof(Header), buffer.data(), size);
        return Record{number, Nanoseconds{static_cast<std::int64_t>(header.time_ns)}, static_cast<Level>(header.level),
                      {header.tag, header.tag_size}, {buffer.data(), size}};
    }

private:
    void copy_in(std::uint64_t at, const char* from, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            bytes_[(at + i) % Bytes] = from[i];
        }
    }
    void copy_out(std::uint64_t at, char* to, std::size_t size) const {
        for (std::size_t i = 0; i < size; ++i) {
            to[i] = bytes_[(at + i) % Bytes];
        }
    }
    [[nodiscard]] Header header_at(std::uint64_t at) const {
        Header header;
        copy_out(at, reinterpret_cast<char*>(&header), sizeof(Header));
        return header;
    }

    std::array<char, Bytes> bytes_{};
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
    MessageRing<params::klog::ring_bytes> ring_ __attribute__((guarded_by(interrupts_off)));
};

}  // namespace phx::log
