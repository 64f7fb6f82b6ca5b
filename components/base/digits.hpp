// Whole numbers in a text. Unlike std::from_chars with a base that is known only at run time, this needs no floating point.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>

namespace phx {

// The digits that the text begins with, which are taken off it. None: it begins with none, or they are too large a number.
template <std::unsigned_integral T>
[[nodiscard]] constexpr std::optional<T> take_digits(std::string_view& text, unsigned base) {
    T value = 0;
    std::size_t size = 0;
    for (; size < text.size(); ++size) {
        const char c = text[size];
        const unsigned digit = c >= '0' && c <= '9' ? static_cast<unsigned>(c - '0')
                               : c >= 'a' && c <= 'z' ? static_cast<unsigned>(c - 'a') + 10
                               : c >= 'A' && c <= 'Z' ? static_cast<unsigned>(c - 'A') + 10
                                                      : base;
        if (digit >= base) {
            break;
        }
        if (value > (std::numeric_limits<T>::max() - digit) / base) {
            return std::nullopt;
        }
        value = static_cast<T>(value * base + digit);
    }
    if (size == 0) {
        return std::nullopt;
    }
    text.remove_prefix(size);
    return value;
}

}  // namespace phx
