// A path, taken apart a word at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <fs/file_objects/dentry.hpp>

namespace phx::fs {

// A name as the cache of names is asked for it. The text lies in the path.
struct NameKey {
    const char* text = nullptr;
    std::uint32_t size = 0;
    std::uint32_t hash = 0;
    std::uint64_t last = 0;  // what is left behind its whole words, with zeros behind

    [[nodiscard]] std::string_view view() const { return {text, size}; }
    [[nodiscard]] bool is_dot() const { return size == 1 && text[0] == '.'; }
    [[nodiscard]] bool is_dot_dot() const { return size == 2 && text[0] == '.' && text[1] == '.'; }
    [[nodiscard]] bool matches(const Name& name) const {
        if (name.hash != hash || name.size != size) {
            return false;
        }
        const std::uint64_t* words = name.words();
        const std::size_t whole = size / 8;
        for (std::size_t i = 0; i < whole; ++i) {
            std::uint64_t word = 0;
            std::memcpy(&word, text + i * 8, 8);
            if (word != words[i]) {
                return false;
            }
        }
        return size % 8 == 0 || words[whole] == last;
    }
};

// What is left of a path. The text stays where it is as long as its keys are used.
class PathText {
public:
    constexpr PathText() = default;
    explicit PathText(std::string_view text) : begin_{text.data()}, at_{begin_}, end_{begin_ + text.size()} {}

    [[nodiscard]] bool empty() const { return at_ == end_; }
    [[nodiscard]] bool is_absolute() const { return at_ != end_ && *at_ == '/'; }
    // True: there was at least one.
    bool skip_slashes() {
        const char* const from = at_;
        while (at_ != end_ && *at_ == '/') {
            ++at_;
        }
        return at_ != from;
    }
    // The name that comes next, up to a slash or the end. There is one.
    [[nodiscard]] NameKey take_name() {
        NameKey key{.text = at_};
        std::uint64_t hash = k_seed;
        const char* at = at_;
        for (;;) {
            const std::uint64_t word = load(at);
            const std::uint64_t ends = bytes_that_end(word);
            if (ends == 0) {
                hash = mix(hash, word);
                at += 8;
                continue;
            }
            const auto count = static_cast<unsigned>(std::countr_zero(ends)) & ~7U;  // in bits: the first byte that ends the name
            key.last = count == 0 ? 0 : word << (64 - count) >> (64 - count);
            hash = mix(hash, key.last);
            at += count / 8;
            break;
        }
        key.size = static_cast<std::uint32_t>(at - at_);
        key.hash = fold(hash);
        at_ = at;
        return key;
    }
    // Of a whole name.
    [[nodiscard]] static NameKey key_of(std::string_view name) { return PathText{name}.take_name(); }

private:
    static constexpr std::uint64_t k_ones = 0x0101010101010101;
    static constexpr std::uint64_t k_seed = 0x243f6a8885a308d3;  // pi
    static constexpr std::uint64_t k_factor = 0x9e3779b97f4a7c15;

    static std::uint64_t mix(std::uint64_t hash, std::uint64_t word) { return std::rotr((hash ^ word) * k_factor, 29); }
    static std::uint32_t fold(std::uint64_t hash) { return static_cast<std::uint32_t>((hash * k_factor) >> 32); }
    // Bit 7 of each byte that is 0, and none below the first of them.
    static std::uint64_t zeros(std::uint64_t word) { return (word - k_ones) & ~word & (k_ones << 7); }
    static std::uint64_t bytes_that_end(std::uint64_t word) { return zeros(word) | zeros(word ^ (k_ones * '/')); }

    // Eight bytes from here on, with zeros behind the end, and without a look beyond it.
    [[nodiscard]] std::uint64_t load(const char* from) const {
        const auto left = static_cast<std::size_t>(end_ - from);
        std::uint64_t word = 0;
        if (left >= 8) {
            std::memcpy(&word, from, 8);
            return word;
        }
        if (left == 0) {
            return 0;
        }
        if (end_ - begin_ >= 8) {
            std::memcpy(&word, end_ - 8, 8);
            return word >> (64 - left * 8);
        }
        for (std::size_t i = 0; i < left; ++i) {
            word |= std::uint64_t{static_cast<unsigned char>(from[i])} << (i * 8);
        }
        return word;
    }

    const char* begin_ = nullptr;
    const char* at_ = nullptr;
    const char* end_ = nullptr;
};

}  // namespace phx::fs
