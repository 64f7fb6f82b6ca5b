#include <debug/profiler/profiler.hpp>

#include <gtest/gtest.h>

#include <debug/recording/recording.hpp>
#include <task/interfaces/fiber_machine.hpp>

using Samples = phx::debug::Recording<phx::debug::Sample, phx::params::profiler::samples>;
extern "C" Samples phx_samples;
extern "C" const phx::debug::RecordingHeader phx_samples_header;

namespace phx::debug {
namespace {

TEST(Profiler, SamplesWhoRunsAboutOnceAPeriod) {
    const std::uint64_t before = phx_samples.ring(0).written;
    wiring::fake_clock.set(Nanoseconds{5'000'000});
    ASSERT_TRUE(wiring::profiler.init());
    task::FiberMachine::run([&] {
        for (int ms = 5; ms < 45; ++ms) {
            wiring::fake_clock.set(Nanoseconds{ms * 1'000'000});
            wiring::fake_timers.set_now(wiring::fake_clock.now());
        }
        wiring::fake_timers.reset();  // so that the machine comes to its end
    });
    const std::uint64_t taken = phx_samples.ring(0).written - before;
    EXPECT_GE(taken, 25U);
    EXPECT_LE(taken, 41U);
    const Sample& last = phx_samples.ring(0).records[(before + taken - 1) % params::profiler::samples];
    EXPECT_EQ(std::string_view{last.name.data()}, "main");
    EXPECT_EQ(last.flags, 0);
    EXPECT_EQ(last.depth, 0) << "nothing was interrupted on this machine";
    EXPECT_GT(last.time, 40'000'000);
}

TEST(Profiler, DescribesItsRecordsToTools) {
    EXPECT_EQ(phx_samples_header.magic, k_recording_magic);
    EXPECT_EQ(phx_samples_header.cpus, 1U);
    EXPECT_EQ(phx_samples_header.record_bytes, 56U);
    EXPECT_EQ(phx_samples_header.records, 64U);
    EXPECT_EQ(phx_samples_header.rings, static_cast<const void*>(&phx_samples));
}

}  // namespace
}  // namespace phx::debug
