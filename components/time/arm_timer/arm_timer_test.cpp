#include <time/arm_timer/arm_timer.hpp>

#include <limits>

#include <gtest/gtest.h>

#include <arch/timer.hpp>
#include <params/arm_timer.hpp>
#include <time/interfaces/clock_conformance.hpp>
#include <time/interfaces/event_timer_conformance.hpp>
#include <wiring.hpp>

namespace phx::time {
namespace {

using Wide = unsigned __int128;

arch::host::FakeTimer& hardware() {
    return arch::host::timer<arch::GenericTimer::virtual_>;
}

// A counter of `Hertz`, started at `Start`, whose interrupt is a level while it is on and due.
template <std::uint64_t Hertz, std::uint64_t Start = 0>
struct Counter {
    using Provider = ArmTimer;

    Counter() {
        arch::host::frequency = Hertz;
        hardware() = {.count = Start};
        wiring::fake_irq_controller.reset();
        wiring::fake_timer_listener.reset();
        wiring::fake_log.reset();
    }
    ~Counter() { arch::host::frequency = 62'500'000; }

    ArmTimer& ready() {
        EXPECT_TRUE(timer_.init());
        return timer_;
    }
    [[nodiscard]] Nanoseconds now() const { return timer_.now(); }
    unsigned advance(Nanoseconds by) {
        passed_ += static_cast<std::uint64_t>(by.count());
        hardware().count = Start + static_cast<std::uint64_t>(Wide{passed_} * Hertz / 1'000'000'000);
        const std::size_t before = wiring::fake_timer_listener.calls().size();
        for (unsigned rounds = 0; hardware().fires() && rounds < 10; ++rounds) {
            timer_.on_interrupt();
        }
        return static_cast<unsigned>(wiring::fake_timer_listener.calls().size() - before);
    }

private:
    ArmTimer timer_;
    std::uint64_t passed_ = 0;
};

using Counters = ::testing::Types<Counter<62'500'000>, Counter<24'000'000, 1'000'000'000>, Counter<1'000'000'000>,
                                  Counter<19'200'000>, Counter<1'000'000>, Counter<4'000'000'000>>;
INSTANTIATE_TYPED_TEST_SUITE_P(ArmTimer, ClockConformance, Counters);
INSTANTIATE_TYPED_TEST_SUITE_P(ArmTimer, EventTimerConformance, Counters);

TEST(ArmTimer, SaysHowFastItRuns) {
    Counter<62'500'000> counter;
    ArmTimer& timer = counter.ready();
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "virtual counter, 62500000 Hz"));
    EXPECT_TRUE(wiring::fake_irq_controller.is_enabled(params::arm_timer::interrupts::tick));
    EXPECT_EQ(timer.resolution(), Nanoseconds{16});
}

static_assert(TimeCounter<ArmTimer>);

TEST(ArmTimer, ItsRateIsEnoughToTellTheTime) {
    Counter<19'200'000> counter;
    const ArmTimer& timer = counter.ready();
    for (const std::uint64_t count : {0ULL, 1ULL, 19'200'000ULL, 0x7fff'1234'5678ULL}) {
        hardware().count = count;
        const CounterRate rate = timer.rate();
        EXPECT_EQ(rate.source, CounterSource::virtual_);
        EXPECT_EQ(static_cast<std::int64_t>(Wide{count} * rate.multiplier >> rate.shift), timer.now().count());
    }
}

TEST(ArmTimer, RoundsItsResolutionUp) {
    Counter<24'000'000> counter;
    EXPECT_EQ(counter.ready().resolution(), Nanoseconds{42});
    Counter<4'000'000'000> fast;
    EXPECT_EQ(fast.ready().resolution(), Nanoseconds{1});
}

TEST(ArmTimer, RefusesACounterOfUnknownRate) {
    Counter<0> counter;
    ArmTimer timer;
    EXPECT_EQ(timer.init().error(), Errno::nodev);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "CNTFRQ_EL0"));
    EXPECT_EQ(timer.now(), Nanoseconds{0});
    EXPECT_GE(timer.resolution(), Nanoseconds{1});
    timer.arm(Nanoseconds{1});
    EXPECT_EQ(timer.now(), Nanoseconds{0});
}

TEST(ArmTimer, TellsTheTimeBeforeInit) {
    const Counter<62'500'000> counter;
    hardware().count = 62'500'000;
    EXPECT_EQ(ArmTimer{}.now(), Nanoseconds{1'000'000'000});
}

TEST(ArmTimer, InitTurnsOffWhatTheFirmwareLeftArmed) {
    Counter<62'500'000> counter;
    hardware().armed = true;
    counter.ready();
    EXPECT_FALSE(hardware().armed);
}

TEST(ArmTimer, PassesTheControllersErrorOn) {
    const Counter<62'500'000> counter;
    wiring::fake_irq_controller.refuse_enable(Errno::io);
    EXPECT_EQ(ArmTimer{}.init().error(), Errno::io);
}

TEST(ArmTimer, FurtherCpusGetTheirOwn) {
    wiring::fake_irq_controller.reset();
    ArmTimer timer;
    ASSERT_TRUE(timer.init());
    ASSERT_TRUE(wiring::fake_irq_controller.disable(params::arm_timer::interrupts::tick));  // as the line of another CPU is
    hardware().armed = true;                                                                 // as the firmware may leave it
    EXPECT_TRUE(timer.init_cpu());
    EXPECT_FALSE(hardware().armed);
    EXPECT_TRUE(wiring::fake_irq_controller.is_enabled(params::arm_timer::interrupts::tick));
    wiring::fake_irq_controller.refuse_enable(Errno::io);
    EXPECT_EQ(timer.init_cpu().error(), Errno::io);
    wiring::fake_irq_controller.reset();
}

TEST(ArmTimer, TurnsTheTimerOffBeforeTheListenerIsCalled) {
    Counter<62'500'000> counter;
    ArmTimer& timer = counter.ready();
    timer.arm(Nanoseconds{0});
    timer.on_interrupt();
    EXPECT_FALSE(hardware().armed);
    ASSERT_EQ(wiring::fake_timer_listener.calls().size(), 1U);
    EXPECT_EQ(wiring::fake_timer_listener.calls()[0], timer.now());
}

TEST(ArmTimer, TheFarFutureDoesNotWrapRound) {
    Counter<4'000'000'000> counter;
    ArmTimer& timer = counter.ready();
    hardware().count = 1'000'000;
    timer.arm(Nanoseconds{std::numeric_limits<std::int64_t>::max()});
    EXPECT_EQ(hardware().compare, std::numeric_limits<std::uint64_t>::max());
}

// Over a hundred years of uptime the factor must not make a timer fire before its deadline, nor late by more than a
// tick and a millionth of the distance.
TEST(TickScale, NeverEarlyAndHardlyLate) {
    constexpr std::uint64_t second = 1'000'000'000;
    for (const std::uint32_t hertz :
         {1U, 1'000'000U, 19'200'000U, 24'000'000U, 54'000'000U, 62'500'000U, 999'999'937U, 4'294'967'295U}) {
        const TickScale scale = TickScale::of(hertz);
        for (const std::uint64_t distance : {std::uint64_t{1}, std::uint64_t{15}, std::uint64_t{1'000}, second - 1,
                                             second, 86'400 * second, 3'155'760'000 * second}) {
            const std::uint64_t ticks = scale.to_ticks(distance);
            EXPECT_GE(scale.to_nanoseconds(ticks), distance) << hertz;
            if (hertz < 1'000'000) {
                continue;
            }
            const Wide exact = (Wide{distance} * hertz + second - 1) / second;
            EXPECT_LE(ticks, static_cast<std::uint64_t>(exact + exact / 1'000'000 + 2)) << hertz << " " << distance;
        }
    }
}

TEST(TickScale, IsExactToLessThanAMillionth) {
    for (const std::uint32_t hertz :
         {1U, 7U, 1'000'000U, 19'200'000U, 24'000'000U, 62'500'000U, 999'999'937U, 4'294'967'295U}) {
        const TickScale scale = TickScale::of(hertz);
        const std::uint64_t year = 31'557'600;
        const std::uint64_t got = scale.to_nanoseconds(year * hertz);
        EXPECT_LE(got, year * 1'000'000'000) << hertz;
        EXPECT_GE(got, year * 1'000'000'000 - year * 1'000) << hertz;
    }
}

}  // namespace
}  // namespace phx::time
