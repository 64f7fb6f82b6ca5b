#include <tty/line_discipline/line_discipline.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace phx::tty {
namespace {

class Screen final : public Effects {
public:
    void show(std::span<const char> text) override { shown.append(text.data(), text.size()); }
    void signal(KeySignal signal, bool flush) override { signals.emplace_back(signal, flush); }
    void stop_output(bool stopped) override { stops.push_back(stopped); }

    std::string shown;
    std::vector<std::pair<KeySignal, bool>> signals;
    std::vector<bool> stops;
};

class LineDisciplineTest : public ::testing::Test {
protected:
    std::string type(std::string_view text) {
        screen_.shown.clear();
        EXPECT_EQ(discipline_.receive(text, screen_), text.size());
        return screen_.shown;
    }
    std::string read(std::size_t most = 5000) {
        std::string text(most, '\0');
        text.resize(discipline_.read(text).size);
        return text;
    }
    void set(auto change) {
        Termios termios = discipline_.termios();
        change(termios);
        discipline_.set_termios(termios, screen_);
    }

    Screen screen_;
    LineDiscipline discipline_;
};

TEST_F(LineDisciplineTest, ALineIsReadOnceItIsComplete) {
    EXPECT_EQ(type("ab"), "ab");
    EXPECT_FALSE(discipline_.readable());
    EXPECT_EQ(type("\r"), "\r\n");
    EXPECT_TRUE(discipline_.readable());
    EXPECT_EQ(read(), "ab\n");
    EXPECT_FALSE(discipline_.readable());
}

TEST_F(LineDisciplineTest, AReadGivesOneLine) {
    type("one\rtwo\r");
    EXPECT_EQ(discipline_.count(), 8U);
    EXPECT_EQ(read(2), "on");
    EXPECT_EQ(read(), "e\n");
    EXPECT_EQ(read(), "two\n");
}

TEST_F(LineDisciplineTest, ErasesCharactersWordsAndLines) {
    EXPECT_EQ(type("ab\x7f"), "ab\b \b");
    EXPECT_EQ(type("\x01\x7f"), "^A\b \b\b \b");
    EXPECT_EQ(type(" cd\x17"), " cd\b \b\b \b");
    EXPECT_EQ(type("\x15"), "\b \b\b \b");
    EXPECT_EQ(type("\x7f"), "");
    type("x\r");
    EXPECT_EQ(read(), "x\n");
}

TEST_F(LineDisciplineTest, ErasesATabToWhereItBegan) {
    EXPECT_EQ(type("abc\t\x7f"), "abc\t\b\b\b\b\b");
    EXPECT_EQ(type("\t\t\x7f"), "\t\t\b\b\b\b\b\b\b\b");
}

TEST_F(LineDisciplineTest, ErasesUtf8AsOneCharacter) {
    set([](Termios& t) { t.c_iflag |= IUTF8; });
    EXPECT_EQ(type("\xc3\xa4\x7f"), "\xc3\xa4\b \b");
    type("b\r");
    EXPECT_EQ(read(), "b\n");
}

TEST_F(LineDisciplineTest, EndOfFileEndsAReadWithoutACharacter) {
    type("ab\x04");
    EXPECT_EQ(read(), "ab");
    type("\x04");
    EXPECT_TRUE(discipline_.readable());
    EXPECT_EQ(discipline_.count(), 0U);
    std::array<char, 8> to{};
    const auto end = discipline_.read(to);
    EXPECT_EQ(end.size, 0U);
    EXPECT_TRUE(end.ends);
}

TEST_F(LineDisciplineTest, LiteralNextTakesAnything) {
    EXPECT_EQ(type("\x16"), "^\b");
    EXPECT_EQ(type("\x03"), "^C");
    EXPECT_TRUE(screen_.signals.empty());
    type("\r");
    EXPECT_EQ(read(), "\x03\n");
}

TEST_F(LineDisciplineTest, InterruptsFlushAndSignal) {
    EXPECT_EQ(type("abc\x03"), "abc^C");
    EXPECT_EQ(screen_.signals, (std::vector<std::pair<KeySignal, bool>>{{KeySignal::interrupt, true}}));
    type("\r");
    EXPECT_EQ(read(), "\n");
    set([](Termios& t) { t.c_lflag |= NOFLSH; });
    type("x\x1a\x1c\r");
    EXPECT_EQ(screen_.signals[1], std::make_pair(KeySignal::suspend, false));
    EXPECT_EQ(screen_.signals[2], std::make_pair(KeySignal::quit, false));
    EXPECT_EQ(read(), "x\n");
}

TEST_F(LineDisciplineTest, StopsAndStartsOutput) {
    type("\x13\x11");
    EXPECT_EQ(screen_.stops, (std::vector{true, false}));
    type("\x13");
    set([](Termios& t) { t.c_iflag &= ~static_cast<tcflag_t>(IXON); });
    EXPECT_EQ(screen_.stops, (std::vector{true, false, true, false}));
}

TEST_F(LineDisciplineTest, RawModeGivesWhatIsThere) {
    set([](Termios& t) {
        t.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
        t.c_iflag = 0;
    });
    EXPECT_EQ(type("a\r\x03"), "");
    EXPECT_TRUE(discipline_.readable(3));
    EXPECT_FALSE(discipline_.readable(4));
    EXPECT_EQ(read(2), "a\r");
    EXPECT_EQ(read(), "\x03");
}

TEST_F(LineDisciplineTest, WhatWasTypedRawIsALineOnceTheModeIsCanonical) {
    set([](Termios& t) { t.c_lflag &= ~static_cast<tcflag_t>(ICANON); });
    type("abc");
    set([](Termios& t) { t.c_lflag |= ICANON; });
    EXPECT_EQ(read(), "abc");
}

TEST_F(LineDisciplineTest, AFullBufferStillTakesTheEndOfItsLine) {
    const std::string text(4095, 'x');
    EXPECT_EQ(discipline_.receive(text, screen_), 4095U);
    EXPECT_EQ(discipline_.receive("yz\r", screen_), 3U);
    const std::string line = read(5000);
    EXPECT_EQ(line.size(), 4096U);
    EXPECT_EQ(line.back(), '\n');
}

TEST_F(LineDisciplineTest, ReprintsTheLine) { EXPECT_EQ(type("ab\x12"), "ab^R\r\nab"); }

TEST_F(LineDisciplineTest, BreakSignalsIfAsked) {
    set([](Termios& t) { t.c_iflag |= BRKINT; });
    discipline_.receive_break(screen_);
    EXPECT_EQ(screen_.signals.size(), 1U);
}

}  // namespace
}  // namespace phx::tty
