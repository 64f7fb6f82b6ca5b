#include <debug/trace_ring/trace_ring.hpp>

#include <cstring>

#include <gtest/gtest.h>

#include <arch/image.hpp>
#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <debug/recording/recording.hpp>
#include <debug/trace/trace.hpp>
#include <debug/trace_ring/trace_record.hpp>
#include <params/trace_ring.hpp>
#include <wiring.hpp>

using Events = phx::debug::Recording<phx::debug::TraceRecord, phx::params::trace_ring::records>;
extern "C" Events phx_events;

namespace phx::debug {
namespace {

constexpr trace::Event k_event{"event", {"number", "$word", "$word"}};

class TraceRingTest : public ::testing::Test {
protected:
    void SetUp() override { TraceRing::clear(); }
    void TearDown() override { TraceRing::set_on(false); }

    static std::string run(std::vector<std::string_view> args) {
        CapturedOutput out;
        const auto done = wiring::commands.run(0, args, out);
        return done ? out.take() : std::string{errno_name(done.error())};
    }
};

TEST_F(TraceRingTest, RecordsOnlyWhileOn) {
    trace::point(k_event, 1U);
    EXPECT_EQ(TraceRing::recorded(), 0U);
    TraceRing::set_on(true);
    wiring::fake_clock.set(Nanoseconds{77});
    const std::uint64_t before = phx_events.ring(0).written;
    trace::point(k_event, 5U, trace::text("a long word", 0), trace::text("a long word", 1));
    EXPECT_EQ(TraceRing::recorded(), 1U);
    const TraceRecord& record = phx_events.ring(0).records[before % params::trace_ring::records];
    EXPECT_EQ(record.time, 77);
    EXPECT_EQ(record.thread, 0U);
    EXPECT_EQ(record.event, static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&k_event) - arch::image_start().value()));
    EXPECT_EQ(record.arguments[0], 5U);
    EXPECT_EQ(std::memcmp(&record.arguments[1], "a long word\0\0\0\0\0", 16), 0);
    EXPECT_EQ(record.arguments[3], 0U);
}

TEST_F(TraceRingTest, TextsOfAnyLength) {
    EXPECT_EQ(trace::text("", 0), 0U);
    EXPECT_EQ(trace::text("a", 0), 0x61U);
    EXPECT_EQ(trace::text("a", 1), 0U);
    EXPECT_EQ(trace::text("12345678", 1), 0U);
    EXPECT_EQ(trace::text("123456789", 1), 0x39U);
}

TEST_F(TraceRingTest, LiesInMemoryAsToolsExpect) {
    static_assert(sizeof(TraceRecord) == 48);
    static_assert(sizeof(trace::Event) == 88);
    EXPECT_EQ(k_event.arguments[1] - k_event.name, 40);
}

TEST_F(TraceRingTest, TheCommandTurnsItOnAndOff) {
    EXPECT_EQ(run({}), "off, 0 events\n");
    EXPECT_EQ(run({"on"}), "");
    trace::point(k_event);
    EXPECT_EQ(run({}), "on, 1 events\n");
    EXPECT_EQ(run({"off"}), "");
    trace::point(k_event);
    EXPECT_EQ(run({}), "off, 1 events\n");
    EXPECT_EQ(run({"clear"}), "");
    EXPECT_EQ(run({}), "off, 0 events\n");
    EXPECT_EQ(run({"off", "on"}), "EINVAL");
    EXPECT_EQ(run({"loud"}), "EINVAL");
}

struct Traits {
    static MonitorCommands& ready() { return wiring::commands; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdTrace, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
