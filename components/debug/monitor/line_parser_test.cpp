#include "line_parser.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace phx::debug {
namespace {

struct Outcome {
    std::vector<std::string> words;
    ParseError error = ParseError::none;
    bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string line) {
    std::array<std::string_view, 4> words;
    const ParsedLine parsed = parse_line(line, words);
    return {{words.begin(), words.begin() + static_cast<std::ptrdiff_t>(parsed.count)}, parsed.error};
}

Outcome words(std::vector<std::string> expected) {
    return {std::move(expected), ParseError::none};
}
Outcome fails(ParseError error) {
    return {{}, error};
}

TEST(LineParser, SplitsAtBlanks) {
    EXPECT_EQ(parse(""), words({}));
    EXPECT_EQ(parse(" \t "), words({}));
    EXPECT_EQ(parse("a"), words({"a"}));
    EXPECT_EQ(parse("  log \t -l  error "), words({"log", "-l", "error"}));
}

TEST(LineParser, KeepsWhatIsQuoted) {
    EXPECT_EQ(parse("'a b' \"c  d\""), words({"a b", "c  d"}));
    EXPECT_EQ(parse("a'b'\"c\"d"), words({"abcd"}));
    EXPECT_EQ(parse("'' \"\""), words({"", ""}));
    EXPECT_EQ(parse("'\"' \"'\""), words({"\"", "'"}));
}

TEST(LineParser, BackslashQuotesOneCharacter) {
    EXPECT_EQ(parse("a\\ b \\'c"), words({"a b", "'c"}));
    EXPECT_EQ(parse("'a\\b'"), words({"a\\b"}));
    EXPECT_EQ(parse("\"a\\\"b\\\\c\\d\""), words({"a\"b\\c\\d"}));
}

TEST(LineParser, RefusesWhatIsUnfinished) {
    EXPECT_EQ(parse("a 'b"), fails(ParseError::unterminated_quote));
    EXPECT_EQ(parse("a \"b\\\""), fails(ParseError::unterminated_quote));
    EXPECT_EQ(parse("a 'b\""), fails(ParseError::unterminated_quote));
    EXPECT_EQ(parse("a b\\"), fails(ParseError::trailing_backslash));
    EXPECT_EQ(parse("\"a\\"), fails(ParseError::unterminated_quote));
}

TEST(LineParser, BoundsTheWords) {
    EXPECT_EQ(parse("1 2 3 4"), words({"1", "2", "3", "4"}));
    EXPECT_EQ(parse("1 2 3 4  "), words({"1", "2", "3", "4"}));
    EXPECT_EQ(parse("1 2 3 4 5"), fails(ParseError::too_many_words));
}

TEST(LineParser, NamesItsErrors) {
    EXPECT_EQ(parse_error_text(ParseError::none), "");
    EXPECT_EQ(parse_error_text(ParseError::unterminated_quote), "unterminated quote");
    EXPECT_EQ(parse_error_text(ParseError::trailing_backslash), "nothing follows the backslash");
    EXPECT_EQ(parse_error_text(ParseError::too_many_words), "too many words");
}

}  // namespace
}  // namespace phx::debug
