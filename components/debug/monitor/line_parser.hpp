// Splits a command line into words, much as a shell does (POSIX.1-2017, Shell Command Language, 2.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace phx::debug {

enum class ParseError : std::uint8_t { none, unterminated_quote, trailing_backslash, too_many_words };

struct ParsedLine {
    std::size_t count = 0;  // of words, when error is none
    ParseError error = ParseError::none;
};

// Words are separated by blanks. '...' keeps everything, "..." everything but \" and \\, a backslash elsewhere the next
// character. Quotes are taken out in place: `line` is overwritten and must outlive `words`.
[[nodiscard]] ParsedLine parse_line(std::span<char> line, std::span<std::string_view> words);

// For people: "unterminated quote" and so on.
[[nodiscard]] std::string_view parse_error_text(ParseError error);

}  // namespace phx::debug
