#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "boot_arguments.hpp"

namespace phx::boot {
namespace {

using Words = std::vector<std::string_view>;

Words arguments(const InitWords& words) {
    return {words.arguments.begin() + 1, words.arguments.begin() + static_cast<std::ptrdiff_t>(words.argument_count)};
}

Words environment(const InitWords& words) {
    return {words.environment.begin(),
            words.environment.begin() + static_cast<std::ptrdiff_t>(words.environment_count)};
}

TEST(BootArguments, SayNothing) {
    for (const std::string_view text : {"", " ", " \n\t "}) {
        const InitWords words = read_boot_arguments(text);
        EXPECT_EQ(words.first_program, "/init");
        EXPECT_EQ(words.program, "");
        EXPECT_EQ(arguments(words), Words{});
        EXPECT_EQ(environment(words), (Words{"HOME=/", "TERM=linux"}));
    }
}

TEST(BootArguments, NameProgramsAndTheirWords) {
    const InitWords words = read_boot_arguments(
        "console=ttyAMA0 quiet rdinit=/bin/sh single A=1 virtio.x=2 init=/sbin/other HOME=/root -- -c ro console=x");
    EXPECT_EQ(words.first_program, "/bin/sh");
    EXPECT_EQ(words.program, "/sbin/other");
    EXPECT_EQ(arguments(words), (Words{"single", "-c", "ro", "console=x"}));
    EXPECT_EQ(environment(words), (Words{"HOME=/root", "TERM=linux", "A=1"}));
}

TEST(BootArguments, MayHaveBlanksInQuotes) {
    const InitWords words = read_boot_arguments("\"two words\" x=\"a b\" rdinit=\"/a b\" \"unended");
    EXPECT_EQ(words.first_program, "/a b");
    EXPECT_EQ(arguments(words), (Words{"two words", "\"unended"}));
    EXPECT_EQ(environment(words), (Words{"HOME=/", "TERM=linux", "x=\"a b\""}));
}

TEST(BootArguments, OfWhichThereAreTooMany) {
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += "w" + std::to_string(i) + " v" + std::to_string(i) + "=1 ";
    }
    const InitWords words = read_boot_arguments(text);
    EXPECT_EQ(words.argument_count, InitWords::k_most);
    EXPECT_EQ(words.environment_count, InitWords::k_most);
    EXPECT_EQ(words.arguments[31], "w30");
}

}  // namespace
}  // namespace phx::boot
