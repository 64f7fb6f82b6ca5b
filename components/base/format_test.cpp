#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include <base/format.hpp>

namespace phx {

enum class Colour : std::uint8_t { red, green };
constexpr std::string_view format_as(Colour colour) {
    return colour == Colour::red ? "red" : "green";
}

namespace {

template <Formattable... Args>
std::string format(FormatString<std::type_identity_t<Args>...> text, const Args&... args) {
    std::array<char, 200> buffer;
    return std::string{format_to(buffer, text, args...)};
}

TEST(Format, CopiesTextAndBraces) {
    EXPECT_EQ(format(""), "");
    EXPECT_EQ(format("plain"), "plain");
    EXPECT_EQ(format("{{}}"), "{}");
    EXPECT_EQ(format("{{{}}}", 7), "{7}");
    EXPECT_EQ(format("}}{{"), "}{");
}

TEST(Format, WritesIntegersOfEachType) {
    EXPECT_EQ(format("{} {}", 0, -1), "0 -1");
    EXPECT_EQ(format("{}", std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(format("{}", std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(format("{} {}", std::uint8_t{255}, std::int8_t{-128}), "255 -128");
    EXPECT_EQ(format("{}", 10), "10");
}

TEST(Format, WritesHexadecimal) {
    EXPECT_EQ(format("{:x}", 0xbeefU), "beef");
    EXPECT_EQ(format("{:#x}", 0xbeefU), "0xbeef");
    EXPECT_EQ(format("{:x}", std::int64_t{-1}), "ffffffffffffffff");
    EXPECT_EQ(format("{:016x}", 0x123U), "0000000000000123");
    EXPECT_EQ(format("{:#010x}", 0x123U), "0x00000123");
    EXPECT_EQ(format("{:#x}", 0U), "0x0");
}

TEST(Format, PadsToAWidth) {
    EXPECT_EQ(format("[{:5}]", 42), "[   42]");
    EXPECT_EQ(format("[{:<5}]", 42), "[42   ]");
    EXPECT_EQ(format("[{:05}]", -42), "[-0042]");
    EXPECT_EQ(format("[{:2}]", 12345), "[12345]");
    EXPECT_EQ(format("[{:5}]", "ab"), "[   ab]");
    EXPECT_EQ(format("[{:<5}]", "ab"), "[ab   ]");
    EXPECT_EQ(format("[{:<6}]", true), "[true  ]");
    EXPECT_EQ(format("[{:3}]", 'x'), "[  x]");
    EXPECT_EQ(format("[{:#8x}]", 0x12U), "[    0x12]");
}

TEST(Format, WritesTextCharactersAndTruthValues) {
    EXPECT_EQ(format("{} {} {}", "literal", std::string_view{"view"}, static_cast<const char*>("pointer")),
              "literal view pointer");
    EXPECT_EQ(format("{}{}", 'a', '}'), "a}");
    EXPECT_EQ(format("{} {}", true, false), "true false");
    EXPECT_EQ(format("{:c}", std::uint8_t{65}), "A");
}

TEST(Format, WritesTheStrongTypes) {
    EXPECT_EQ(format("{}", PhysAddr{0x4000'0000}), "0x40000000");
    EXPECT_EQ(format("{}", VirtAddr{0xffff'ff80'0000'0000}), "0xffffff8000000000");
    EXPECT_EQ(format("{:x}", PhysAddr{0x1000}), "1000");
    EXPECT_EQ(format("{:d}", PhysAddr{16}), "16");
    EXPECT_EQ(format("{} {} {}", Frame{3}, IrqLine{27}, Nanoseconds{-5}), "3 27 -5");
    EXPECT_EQ(format("{} {}", Errno::inval, Errno::nomem), "EINVAL ENOMEM");
    EXPECT_EQ(format("{}", static_cast<Errno>(4095)), "E?");
    EXPECT_EQ(format("{}", reinterpret_cast<const void*>(0xabc)), "0xabc");
}

TEST(Format, FindsFormatAsOfOthers) {
    EXPECT_EQ(format("{} {}", Colour::red, Colour::green), "red green");
}

TEST(Format, CutsWhatDoesNotFit) {
    std::array<char, 5> buffer;
    EXPECT_EQ(format_to(buffer, "{}", 1234567), "12345");
    EXPECT_EQ(format_to(buffer, "[{:100}]", 1), "[    ");
    EXPECT_EQ(format_to(std::span<char>{}, "{}", 1), "");
}

// The compiler checks formats, but vformat_to is also reached with text that a record kept.
TEST(Format, StopsAtAFormatThatAsksForTooMuch) {
    std::array<char, 40> buffer;
    EXPECT_EQ(vformat_to(buffer, "a {} b", {}), "a ");
    EXPECT_EQ(vformat_to(buffer, "a {", {}), "a ");
    EXPECT_EQ(vformat_to(buffer, "a }", {}), "a }");
}

TEST(FormatSpec, ParsesWhatIsDocumentedAndNothingElse) {
    FormatSpec spec;
    EXPECT_TRUE(spec.parse(""));
    EXPECT_TRUE(spec.parse("<#08x"));
    EXPECT_TRUE(spec.left && spec.prefix && spec.zero);
    EXPECT_EQ(spec.width, 8);
    EXPECT_EQ(spec.type, 'x');
    EXPECT_TRUE(spec.parse("128"));
    for (const char* bad : {"129", "1280", "99999999999999999999", "q", "x8", "#<", "-5", " ", "xx", ".3", "8#"}) {
        EXPECT_FALSE(spec.parse(bad)) << bad;
    }
}

}  // namespace
}  // namespace phx
