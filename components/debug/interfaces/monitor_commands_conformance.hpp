// What every provider of MonitorCommands keeps. Traits: `static MonitorCommands& ready()`, a provider that can run.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

template <class Traits>
class MonitorCommandsConformance : public ::testing::Test {
protected:
    MonitorCommands& commands_ = Traits::ready();
};

TYPED_TEST_SUITE_P(MonitorCommandsConformance);

TYPED_TEST_P(MonitorCommandsConformance, NamesAreSingleWordsAndDiffer) {
    std::vector<std::string_view> names;
    for (const CommandInfo& info : this->commands_.commands()) {
        EXPECT_FALSE(info.name.empty());
        EXPECT_TRUE(std::ranges::all_of(info.name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        })) << info.name;
        EXPECT_EQ(std::ranges::count(names, info.name), 0) << info.name;
        names.push_back(info.name);
    }
    EXPECT_FALSE(names.empty());
}

TYPED_TEST_P(MonitorCommandsConformance, EachIsExplainedInOneLine) {
    for (const CommandInfo& info : this->commands_.commands()) {
        EXPECT_TRUE(info.summary.ends_with('.')) << info.name;
        EXPECT_EQ(info.summary.find('\n'), std::string_view::npos);
        EXPECT_LE(info.name.size(), 12U) << "wider than the list of `help`";
    }
}

// A command that takes no arguments says so; none crashes on too many or strange ones.
TYPED_TEST_P(MonitorCommandsConformance, RefusesArgumentsThatMakeNoSense) {
    const std::array<std::string_view, 5> strange{"\x01", "", "-", "99999999999999999999", "%s{}"};
    const auto infos = this->commands_.commands();
    for (std::size_t i = 0; i < infos.size(); ++i) {
        CapturedOutput out;
        const Result<void> result = this->commands_.run(i, strange, out);
        EXPECT_FALSE(result) << infos[i].name;
        if (!result) {
            EXPECT_EQ(result.error(), Errno::inval) << infos[i].name;
        }
    }
}

REGISTER_TYPED_TEST_SUITE_P(MonitorCommandsConformance, NamesAreSingleWordsAndDiffer, EachIsExplainedInOneLine,
                            RefusesArgumentsThatMakeNoSense);

}  // namespace phx::debug
