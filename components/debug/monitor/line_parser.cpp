#include "line_parser.hpp"

namespace phx::debug {
namespace {

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// Reads one word from `in` and writes what it means to `out`, which never overtakes it.
class WordReader {
public:
    explicit WordReader(std::span<char> line) : line_{line} {}

    // False at the end of the line.
    bool skip_blanks() {
        while (in_ < line_.size() && is_blank(line_[in_])) {
            ++in_;
        }
        return in_ < line_.size();
    }

    ParseError read(std::string_view& word) {
        const std::size_t start = out_;
        char quote = 0;
        while (in_ < line_.size() && (quote != 0 || !is_blank(line_[in_]))) {
            const char c = line_[in_++];
            if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
            } else if (c == '\\' && escapes(quote)) {
                if (in_ == line_.size()) {
                    return ParseError::trailing_backslash;
                }
                line_[out_++] = line_[in_++];
            } else {
                line_[out_++] = c;
            }
        }
        word = {line_.data() + start, out_ - start};
        return quote == 0 ? ParseError::none : ParseError::unterminated_quote;
    }

private:
    // Whether a backslash that was just read escapes what follows.
    [[nodiscard]] bool escapes(char quote) const {
        if (quote == '"') {
            return in_ < line_.size() && (line_[in_] == '"' || line_[in_] == '\\');
        }
        return quote == 0;
    }

    std::span<char> line_;
    std::size_t in_ = 0;
    std::size_t out_ = 0;
};

}  // namespace

ParsedLine parse_line(std::span<char> line, std::span<std::string_view> words) {
    WordReader reader{line};
    ParsedLine result;
    while (reader.skip_blanks()) {
        if (result.count == words.size()) {
            return {0, ParseError::too_many_words};
        }
        if (const ParseError error = reader.read(words[result.count]); error != ParseError::none) {
            return {0, error};
        }
        ++result.count;
    }
    return result;
}

std::string_view parse_error_text(ParseError error) {
    switch (error) {
    case ParseError::none:
        return "";
    case ParseError::unterminated_quote:
        return "unterminated quote";
    case ParseError::trailing_backslash:
        return "nothing follows the backslash";
    case ParseError::too_many_words:
        return "too many words";
    }
    return "";
}

}  // namespace phx::debug
