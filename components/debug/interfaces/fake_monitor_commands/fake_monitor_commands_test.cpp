#include <debug/interfaces/fake_monitor_commands/fake_monitor_commands.hpp>

#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <wiring.hpp>

namespace phx::debug {
namespace {

struct FakeTraits {
    static MonitorCommands& ready() {
        wiring::dut.reset();
        wiring::dut.set_result(Errno::inval);
        return wiring::dut;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, MonitorCommandsConformance, FakeTraits);

TEST(FakeMonitorCommands, RemembersItsCalls) {
    wiring::dut.reset();
    CapturedOutput out;
    const std::array<std::string_view, 2> words{"a", "b"};
    EXPECT_TRUE(wiring::dut.run(1, words, out));
    EXPECT_EQ(out.take(), "ran\n");
    EXPECT_EQ(wiring::dut.calls(), (std::vector<FakeMonitorCommands::Call>{{1, {"a", "b"}}}));
}

}  // namespace
}  // namespace phx::debug
