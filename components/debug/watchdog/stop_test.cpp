#include <debug/watchdog/watchdog.hpp>

#include <gtest/gtest.h>

#include <debug/interfaces/fake_panic/fake_panic.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::debug {
namespace {

TEST(WatchdogThatStops, PanicsAfterItsReport) {
    task::FiberMachine::run([] {
        ASSERT_TRUE(wiring::watchdog.init());
        const auto other = wiring::dut.create({.name = "other"}, [](void*) {}, nullptr);
        const auto work = [] {
            for (int i = 0; i < 30; ++i) {
                wiring::fake_clock.set(wiring::fake_clock.now() + Nanoseconds{100'000'000});
                wiring::fake_timers.set_now(wiring::fake_clock.now());
            }
        };
        EXPECT_THROW(work(), PanicCalled);
        EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "soft lockup: CPU 0"));
        wiring::fake_timers.reset();
        wiring::dut.join(**other);
    });
}

}  // namespace
}  // namespace phx::debug
