#include <base/digits.hpp>

#include <cstdint>

#include <gtest/gtest.h>

namespace phx {
namespace {

TEST(Digits, TakesWhatThereIs) {
    std::string_view text = "755,gid=5";
    EXPECT_EQ(take_digits<std::uint32_t>(text, 8), 0755U);
    EXPECT_EQ(text, ",gid=5");
    EXPECT_EQ(take_digits<std::uint32_t>(text, 10), std::nullopt);
    text = "Ff9g";
    EXPECT_EQ(take_digits<std::uint32_t>(text, 16), 0xff9U);
    text = "89";
    EXPECT_EQ(take_digits<std::uint32_t>(text, 8), std::nullopt);
}

TEST(Digits, RefusesWhatIsTooLarge) {
    std::string_view text = "255";
    EXPECT_EQ(take_digits<std::uint8_t>(text, 10), 255);
    text = "256";
    EXPECT_EQ(take_digits<std::uint8_t>(text, 10), std::nullopt);
    text = "18446744073709551615";
    EXPECT_EQ(take_digits<std::uint64_t>(text, 10), UINT64_MAX);
    text = "18446744073709551616";
    EXPECT_EQ(take_digits<std::uint64_t>(text, 10), std::nullopt);
}

}  // namespace
}  // namespace phx
