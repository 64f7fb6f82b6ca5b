#include "monitor.hpp"

#include <gtest/gtest.h>

#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <wiring.hpp>

#include "command_match.hpp"

namespace phx::debug {
namespace {

using Calls = std::vector<FakeMonitorCommands::Call>;

class MonitorTest : public ::testing::Test {
protected:
    void SetUp() override {
        wiring::fake_console.reset();
        wiring::fake_log.reset();
        wiring::letters.reset();
        wiring::more_letters.reset();
    }
    std::string execute(std::string_view line) {
        CapturedOutput out;
        monitor_.execute(line, out);
        return out.take();
    }
    // Runs on what is typed, until there is no more; all that the console shows.
    std::string type(std::string_view text) {
        wiring::fake_console.reset();
        wiring::fake_console.type(text);
        EXPECT_EQ(monitor_.run(), 0);
        return wiring::fake_console.output();
    }

    Monitor monitor_;
};

TEST_F(MonitorTest, StartsWithTheGraphAndEndsWithoutInput) {
    EXPECT_EQ(type(""), "Phoenix, graph made-up: A graph of two.\n`help` lists the commands.\nphx> \n"
                        "The console has no input: the monitor ends.\n");
}

TEST_F(MonitorTest, RunsACommandWithItsWords) {
    EXPECT_EQ(execute("alpha 'b c' d"), "ran\n");
    EXPECT_EQ(execute("  alpine"), "ran\n");
    EXPECT_EQ(wiring::letters.calls(), (Calls{{0, {"b c", "d"}}, {1, {}}}));
    EXPECT_EQ(execute("beta"), "ran\n");
    EXPECT_EQ(wiring::more_letters.calls(), (Calls{{0, {}}}));
    EXPECT_EQ(execute(""), "");
}

TEST_F(MonitorTest, TheFirstOfTwoCommandsOfOneNameWins) {
    execute("alpha");
    EXPECT_EQ(wiring::letters.calls().size(), 1U);
    EXPECT_TRUE(wiring::more_letters.calls().empty());
    type("");
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "two components provide the command `alpha`"));
    EXPECT_EQ(wiring::fake_log.messages().size(), 1U);
}

TEST_F(MonitorTest, SaysHowACommandFailed) {
    wiring::letters.set_result(Errno::inval);
    EXPECT_EQ(execute("alpha x"), "ran\nusage: alpha [WORD]...\n");
    EXPECT_EQ(execute("alpine x"), "ran\nusage: alpine\n");
    wiring::letters.set_result(Errno::io);
    EXPECT_EQ(execute("alpha"), "ran\nalpha: EIO\n");
}

TEST_F(MonitorTest, SuggestsWhatWasMeant) {
    EXPECT_EQ(execute("hepl"), "hepl: unknown command; did you mean `help`?\n");
    EXPECT_EQ(execute("btea"), "btea: unknown command; did you mean `beta`?\n");
    EXPECT_EQ(execute("xyzzy"), "xyzzy: unknown command; `help` lists them\n");
    EXPECT_EQ(execute("bat"), "bat: unknown command; `help` lists them\n") << "two mistakes in three letters";
    EXPECT_EQ(execute("abc"), "abc: unknown command; `help` lists them\n");
}

TEST_F(MonitorTest, RefusesALineThatItCannotSplit) {
    EXPECT_EQ(execute("alpha 'b"), "unterminated quote\n");
    EXPECT_EQ(execute("alpha 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"), "too many words\n");
    EXPECT_TRUE(wiring::letters.calls().empty());
}

TEST_F(MonitorTest, HelpListsInAlphabeticalOrder) {
    EXPECT_EQ(execute("help"), "  alpha        The first.\n"
                               "  alpine       The second.\n"
                               "  beta         The first.\n"
                               "  help         Lists the commands, or tells about one.\n");
    EXPECT_EQ(execute("help alpha"), "The first.\nusage: alpha [WORD]...\n");
    EXPECT_EQ(execute("help help"), "Lists the commands, or tells about one.\nusage: help [COMMAND]\n");
    EXPECT_EQ(execute("help alpah"), "alpah: unknown command; did you mean `alpha`?\n");
    EXPECT_EQ(execute("help a b"), "usage: help [COMMAND]\n");
}

TEST_F(MonitorTest, CompletesAsFarAsIsCertain) {
    type("al\tine\r");
    EXPECT_EQ(wiring::letters.calls(), (Calls{{1, {}}})) << "al -> alp";
    wiring::letters.reset();
    type("alph\tx\r");
    EXPECT_EQ(wiring::letters.calls(), (Calls{{0, {"x"}}})) << "alph -> alpha and a space";
    EXPECT_NE(type("alp\t").find("alp\nalpha  alpine  \nphx> alp"), std::string::npos) << "nothing to add: lists";
    EXPECT_EQ(type("q\t").find("\nalpha"), std::string::npos);
    type("alpha b\t\r");
    EXPECT_EQ(wiring::letters.calls().back(), (FakeMonitorCommands::Call{0, {"b"}}))
        << "only the first word is completed";
}

TEST_F(MonitorTest, AbandonsALineAndRecallsAnother) {
    type("alpine\rjunk\x03\x1b[A\r");
    EXPECT_EQ(wiring::letters.calls(), (Calls{{1, {}}, {1, {}}}));
}

TEST_F(MonitorTest, ClearsTheScreenAndKeepsTheLine) {
    EXPECT_NE(type("ab\x0c").find("\x1b[H\x1b[2Jphx> ab"), std::string::npos);
}

TEST(EditDistance, CountsMistakes) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("graph", "graph"), 0U);
    EXPECT_EQ(edit_distance("", "log"), 3U);
    EXPECT_EQ(edit_distance("log", ""), 3U);
    EXPECT_EQ(edit_distance("lgo", "log"), 1U);
    EXPECT_EQ(edit_distance("grph", "graph"), 1U);
    EXPECT_EQ(edit_distance("graphs", "graph"), 1U);
    EXPECT_EQ(edit_distance("timer", "times"), 1U);
    EXPECT_EQ(edit_distance("irq", "mem"), 3U);
    EXPECT_EQ(edit_distance(std::string(100, 'a'), std::string(100, 'a')), 0U);
}

struct FakeTraits {
    static MonitorCommands& ready() {
        wiring::letters.reset();
        wiring::letters.set_result(Errno::inval);
        return wiring::letters;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, MonitorCommandsConformance, FakeTraits);

}  // namespace
}  // namespace phx::debug
