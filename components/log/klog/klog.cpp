#include "klog.hpp"

#include <array>
#include <bit>

#include <params/klog.hpp>
#include <ports/klog.hpp>

namespace phx::log {
namespace {

static_assert(std::has_single_bit(params::klog::ring_bytes), "klog's ring_bytes must be a power of two");
constinit std::array<char, params::klog::ring_bytes> ring_bytes{};

void copy_in(std::span<char> bytes, std::uint64_t at, const char* from, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        bytes[(at + i) & (bytes.size() - 1)] = from[i];
    }
}

void copy_out(std::span<const char> bytes, std::uint64_t at, char* to, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        to[i] = bytes[(at + i) & (bytes.size() - 1)];
    }
}

MessageRing::Header header_at(std::span<const char> bytes, std::uint64_t at) {
    MessageRing::Header header;
    copy_out(bytes, at, reinterpret_cast<char*>(&header), sizeof header);
    return header;
}

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

void MessageRing::push(std::span<char> bytes, const Header& header, std::string_view text) {
    const std::size_t size = sizeof(Header) + text.size();
    while (head_ - tail_ + size > bytes.size()) {
        tail_ += sizeof(Header) + header_at(bytes, tail_).text_size;
        ++first_;
    }
    copy_in(bytes, head_, reinterpret_cast<const char*>(&header), sizeof(Header));
    copy_in(bytes, head_ + sizeof(Header), text.data(), text.size());
    head_ += size;
    ++count_;
}

std::optional<Record> MessageRing::next(std::span<const char> bytes, std::uint64_t sequence, std::span<char> buffer) const {
    if (sequence >= count_) {
        return std::nullopt;
    }
    std::uint64_t at = tail_;
    std::uint64_t number = first_;
    Header header = header_at(bytes, at);
    for (; number < sequence; ++number) {
        at += sizeof(Header) + header.text_size;
        header = header_at(bytes, at);
    }
    const std::size_t size = header.text_size < buffer.size() ? header.text_size : buffer.size();
    copy_out(bytes, at + sizeof(Header), buffer.data(), size);
    return Record{number, Nanoseconds{static_cast<std::int64_t>(header.time_ns)}, static_cast<Level>(header.level),
                  {header.tag, header.tag_size}, {buffer.data(), size}};
}

void Klog::write(Level level, std::string_view tag, std::string_view format, std::span<const FormatArg> args) {
    std::array<char, k_longest> buffer;
    const std::string_view text = vformat_to(buffer, format, args);
    Nanoseconds time;
    if (auto* clock = ports::klog::clock()) {
        time = clock->now();
    }
    const MessageRing::Header header{.time_ns = static_cast<std::uint64_t>(time.count()),
                                     .tag = tag.data(),
                                     .tag_size = static_cast<std::uint32_t>(tag.size()),
                                     .text_size = static_cast<std::uint16_t>(text.size()),
                                     .level = static_cast<std::uint8_t>(level)};
    if constexpr (types::CpuModel::max_cpus == 1) {
        // Interrupts stay on while a slow console prints.
        keep(header, text);
        print(time, level, tag, text);
    } else {
        const SpinGuard guard{line_lock_};
        keep(header, text);
        print(time, level, tag, text);
    }
}

void Klog::keep(const MessageRing::Header& header, std::string_view text) {
    const SpinGuard guard{ring_lock_};
    ring_.push(ring_bytes, header, text);
}

std::optional<Record> Klog::next(std::uint64_t sequence, std::span<char> buffer) {
    const SpinGuard guard{ring_lock_};
    return ring_.next(ring_bytes, sequence, buffer);
}

}  // namespace phx::log
