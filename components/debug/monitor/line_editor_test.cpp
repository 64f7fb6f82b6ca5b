#include "line_editor.hpp"

#include <gtest/gtest.h>

#include "terminal_model.hpp"

namespace phx::debug {
namespace {

using Event = LineEditor::Event;

class LineEditorTest : public ::testing::Test {
protected:
    // Feeds all; the last event. After each character the terminal must show the line.
    Event type(std::string_view text) {
        Event event = Event::none;
        for (const char c : text) {
            event = editor_.feed(c, terminal_);
            if (event == Event::none) {
                EXPECT_EQ(terminal_.row(), editor_.line());
                EXPECT_EQ(terminal_.cursor(), editor_.before_cursor().size());
            }
        }
        return event;
    }
    void enter(std::string_view text) {
        type(text);
        EXPECT_EQ(type("\r"), Event::line);
        editor_.remember();
        editor_.start();
    }
    // What the line is after these keys, begun anew.
    std::string after(std::string_view keys) {
        type("\x03");
        editor_.start();
        type(keys);
        return std::string{editor_.line()};
    }

    std::array<Line, 3> history_{};
    LineEditor editor_{history_};
    TerminalModel terminal_;
};

TEST_F(LineEditorTest, AnyLineEndEndsALine) {
    EXPECT_EQ(type("a\r"), Event::line);
    EXPECT_EQ(editor_.line(), "a");
    editor_.start();
    EXPECT_EQ(type("\n"), Event::none) << "the LF of CR LF";
    EXPECT_EQ(type("b\n"), Event::line);
    EXPECT_EQ(editor_.line(), "b");
    editor_.start();
    EXPECT_EQ(type("\n"), Event::line);
    EXPECT_EQ(editor_.line(), "");
    EXPECT_EQ(terminal_.rows(), 3U);
}

TEST_F(LineEditorTest, InsertsAndErasesAnywhere) {
    EXPECT_EQ(after("abd\x1b[Dc"), "abcd");
    EXPECT_EQ(after("abcd\x1b[D\x1b[D\x7f"), "acd");
    EXPECT_EQ(after("abcd\x1b[D\b"), "abd");
    EXPECT_EQ(after("abcd\x1b[D\x1b[D\x1b[3~"), "abd");
    EXPECT_EQ(after("abcd\x01\x04"), "bcd");
    EXPECT_EQ(after("\x7f\x1b[3~x"), "x");
    EXPECT_EQ(after("ab\x1b[3~"), "ab");
}

TEST_F(LineEditorTest, MovesByEveryKnownKey) {
    EXPECT_EQ(after("bc\x1b[Ha"), "abc");
    EXPECT_EQ(after("bc\x1b[1~a"), "abc");
    EXPECT_EQ(after("bc\x1b[7~a"), "abc");
    EXPECT_EQ(after("bc\x1bOHa"), "abc");
    EXPECT_EQ(after("bc\x01"
                    "a"),
              "abc");
    EXPECT_EQ(after("ab\x01\x1b[Fc"), "abc");
    EXPECT_EQ(after("ab\x01\x1b[4~c"), "abc");
    EXPECT_EQ(after("ab\x01\x1b[8~c"), "abc");
    EXPECT_EQ(after("ab\x01\x05"
                    "c"),
              "abc");
    EXPECT_EQ(after("ac\x01\x06"
                    "b"),
              "abc");
    EXPECT_EQ(after("ac\x02"
                    "b"),
              "abc");
    EXPECT_EQ(after("ac\x01\x1b[C"
                    "b"),
              "abc");
    EXPECT_EQ(after("a\x1b[C\x1b[C\x1b[D\x1b[D\x1b[Dx"), "xa");
}

TEST_F(LineEditorTest, ErasesParts) {
    EXPECT_EQ(after("abcd\x1b[D\x15"), "d");
    EXPECT_EQ(after("abcd\x1b[D\x1b[D\x0b"), "ab");
    EXPECT_EQ(after("one two  \x17"), "one ");
    EXPECT_EQ(after("one two\x1b[D\x17"), "one o");
    EXPECT_EQ(after("  \x17"), "");
    EXPECT_EQ(after("\x17\x15\x0b"), "");
}

TEST_F(LineEditorTest, IgnoresSequencesThatItDoesNotKnow) {
    EXPECT_EQ(after("a\x1b[15~\x1b[Z\x1bx\x1b[99999999999~b"), "ab");
    EXPECT_EQ(after("ab\x1b[D\x1b[65539~"), "ab") << "not `delete`, whatever it is in 16 bits";
    EXPECT_EQ(after("a\x1b[1;5Db"), "ba") << "with a modifier it is still `left`";
    EXPECT_EQ(after("a\xc3\xa4\x1d\x7f"), "") << "not ASCII, not a key";
}

TEST_F(LineEditorTest, AFullLineTakesNoMore) {
    const std::string full(Line::capacity, 'x');
    type(full);
    EXPECT_EQ(terminal_.bells(), 0U);
    type("y");
    EXPECT_EQ(editor_.line(), full);
    EXPECT_EQ(terminal_.bells(), 1U);
    type("\x1b[D\x1b[3~z");
    EXPECT_EQ(editor_.line(), full.substr(1) + "z");
}

TEST_F(LineEditorTest, WalksTheHistory) {
    for (const char* line : {"one", "two", "three", "four"}) {
        enter(line);
    }
    type("dra");
    type("\x1b[A");
    EXPECT_EQ(editor_.line(), "four");
    type("\x1b[A\x10");
    EXPECT_EQ(editor_.line(), "two");
    type("\x1b[A");
    EXPECT_EQ(editor_.line(), "two") << "`one` is forgotten";
    EXPECT_EQ(terminal_.bells(), 1U);
    type("\x1b[B");
    EXPECT_EQ(editor_.line(), "three");
    type("!");
    EXPECT_EQ(editor_.line(), "three!");
    type("\x0e\x1b[B\x1b[B");
    EXPECT_EQ(editor_.line(), "dra");
    type("ft");
    EXPECT_EQ(editor_.line(), "draft");
}

TEST_F(LineEditorTest, RemembersNeitherEmptyNorRepeatedLines) {
    enter("one");
    enter("one");
    enter("");
    enter("two");
    type("\x1b[A\x1b[A");
    EXPECT_EQ(editor_.line(), "one");
    type("\x1b[A");
    EXPECT_EQ(editor_.line(), "one");
    EXPECT_EQ(terminal_.bells(), 1U) << "there is nothing older";
}

TEST_F(LineEditorTest, TellsItsCallerWhatItCannotDo) {
    EXPECT_EQ(type("ab\x1b[D\t"), Event::complete);
    EXPECT_EQ(editor_.before_cursor(), "a");
    editor_.insert("xy", terminal_);
    EXPECT_EQ(terminal_.row(), "axyb");
    EXPECT_EQ(type("\x0c"), Event::clear);
    EXPECT_EQ(terminal_.row(), "");
    editor_.redraw(terminal_);
    EXPECT_EQ(terminal_.row(), "axyb");
    EXPECT_EQ(terminal_.cursor(), 3U);
    EXPECT_EQ(type("\x03"), Event::abandoned);
}

}  // namespace
}  // namespace phx::debug
