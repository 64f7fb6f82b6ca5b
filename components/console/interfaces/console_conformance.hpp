// What every provider of Console keeps. Traits, one object a test: `using Provider`; `Provider& ready()`, after its
// init if it has one; `std::string output()`, what has reached the device so far; `has_input`, and then `type(text)`.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <console/interfaces/console.hpp>

namespace phx::console {

template <class Traits>
class ConsoleConformance : public ::testing::Test {
protected:
    static_assert(Console<typename Traits::Provider>);

    Traits traits_;
    typename Traits::Provider& console_ = traits_.ready();
};

TYPED_TEST_SUITE_P(ConsoleConformance);

TYPED_TEST_P(ConsoleConformance, WritesInOrder) {
    this->console_.write("one ");
    this->console_.write("");
    this->console_.write("two");
    this->console_.flush();
    EXPECT_EQ(this->traits_.output(), "one two");
}

TYPED_TEST_P(ConsoleConformance, EndsLinesAsTerminalsDo) {
    this->console_.write("\na\n\nb\n");
    this->console_.flush();
    EXPECT_EQ(this->traits_.output(), "\r\na\r\n\r\nb\r\n");
    this->console_.write_now("c\n");
    EXPECT_EQ(this->traits_.output(), "\r\na\r\n\r\nb\r\nc\r\n");
}

TYPED_TEST_P(ConsoleConformance, CarriesLongTextsWhole) {
    std::string text;
    std::string expected;
    for (int line = 0; line < 60; ++line) {
        text += std::string(static_cast<std::size_t>(line), 'x') + "\n";
        expected += std::string(static_cast<std::size_t>(line), 'x') + "\r\n";
    }
    this->console_.write(text);
    this->console_.flush();
    EXPECT_EQ(this->traits_.output(), expected);
}

TYPED_TEST_P(ConsoleConformance, CarriesEveryByte) {
    std::string text;
    for (int c = 0; c < 256; ++c) {
        text += static_cast<char>(c);
    }
    this->console_.write(text);
    this->console_.flush();
    text.replace(text.find('\n'), 1, "\r\n");
    EXPECT_EQ(this->traits_.output(), text);
}

TYPED_TEST_P(ConsoleConformance, WriteNowComesAfterWhatWasWritten) {
    this->console_.write("first ");
    this->console_.write_now("second");
    EXPECT_EQ(this->traits_.output(), "first second");
}

TYPED_TEST_P(ConsoleConformance, ReadsWhatIsTyped) {
    if constexpr (TypeParam::has_input) {
        this->traits_.type("hi\r");
        for (const char c : std::string_view{"hi\r"}) {
            const auto read = this->console_.read();
            ASSERT_TRUE(read);
            EXPECT_EQ(*read, c);
        }
    } else {
        EXPECT_EQ(this->console_.read().error(), Errno::nodev);
    }
}

REGISTER_TYPED_TEST_SUITE_P(ConsoleConformance, WritesInOrder, EndsLinesAsTerminalsDo, CarriesLongTextsWhole,
                            CarriesEveryByte, WriteNowComesAfterWhatWasWritten, ReadsWhatIsTyped);

}  // namespace phx::console
