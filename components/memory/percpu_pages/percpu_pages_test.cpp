#include <gtest/gtest.h>

#include <vector>

#include <memory/percpu_pages/percpu_pages_test.hpp>
#include <memory/interfaces/page_allocator_conformance.hpp>

namespace phx::memory {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(PerCpuPages, PageAllocatorConformance, Machine);

constexpr std::size_t k_high = params::percpu_pages::high;
constexpr std::size_t k_batch = params::percpu_pages::batch;

std::vector<Frame> take(Machine& machine, std::size_t count) {
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < count; ++i) {
        const Result<Frame> frame = machine.pages.allocate(0);
        EXPECT_TRUE(frame);
        frames.push_back(*frame);
    }
    return frames;
}

TEST(PerCpuPages, GoesToTheBackingInBatches) {
    Machine machine;
    const std::uint64_t all = wiring::buddy.stats().free_frames;
    const std::vector<Frame> frames = take(machine, 1);
    EXPECT_EQ(wiring::buddy.stats().free_frames, all - k_batch);
    EXPECT_EQ(machine.pages.stats().free_frames, all - 1);
    const std::vector<Frame> more = take(machine, k_batch - 1);
    EXPECT_EQ(wiring::buddy.stats().free_frames, all - k_batch);
    take(machine, 1);
    EXPECT_EQ(wiring::buddy.stats().free_frames, all - 2 * k_batch);
}

TEST(PerCpuPages, KeepsNoMoreThanItMay) {
    Machine machine;
    const std::uint64_t all = wiring::buddy.stats().free_frames;
    const std::vector<Frame> frames = take(machine, 40);
    for (const Frame frame : frames) {
        machine.pages.free(frame, 0);
        EXPECT_LE(machine.pages.stats().free_frames - wiring::buddy.stats().free_frames, k_high);
    }
    EXPECT_EQ(machine.pages.stats().free_frames, all);
    EXPECT_GE(machine.pages.stats().free_frames - wiring::buddy.stats().free_frames, k_high - k_batch);
}

TEST(PerCpuPages, GivesAgainFirstWhatCameBackLast) {
    Machine machine;
    const std::vector<Frame> frames = take(machine, 2);
    machine.pages.free(frames[0], 0);
    machine.pages.free(frames[1], 0);
    EXPECT_EQ(machine.pages.allocate(0).value(), frames[1]);
    EXPECT_EQ(machine.pages.allocate(0).value(), frames[0]);
}

TEST(PerCpuPages, TakesBackWhatOtherCpusKeepBeforeItFails) {
    Machine machine;
    const std::vector<Frame> all = take(machine, machine.pages.stats().total_frames);
    Machine::on_cpu(1);
    machine.pages.free(all[0], 0);
    machine.pages.free(all[1], 0);
    Machine::on_cpu(2);
    EXPECT_EQ(machine.pages.stats().free_frames, 2U);
    EXPECT_TRUE(machine.pages.allocate(0));
    EXPECT_TRUE(machine.pages.allocate(0));
    EXPECT_FALSE(machine.pages.allocate(0));
    Machine::on_cpu(3);
    for (std::size_t i = 2; i < all.size(); ++i) {
        Machine::on_cpu(static_cast<unsigned>(i % 4));
        machine.pages.free(all[i], 0);
    }
    EXPECT_TRUE(machine.pages.allocate(8)) << "joined from frames of all CPUs";
}

TEST(PerCpuPages, StopsAtASecondFreeFromWhicheverCpu) {
    Machine machine;
    const std::vector<Frame> frames = take(machine, 2);
    machine.pages.free(frames[0], 0);
    EXPECT_THROW(machine.pages.free(frames[0], 0), debug::PanicCalled);
    Machine::on_cpu(1);
    EXPECT_THROW(machine.pages.free(frames[0], 0), debug::PanicCalled);
    machine.pages.free(frames[1], 0);
    Machine::on_cpu(0);
    EXPECT_THROW(machine.pages.free(frames[1], 0), debug::PanicCalled);
}

TEST(PerCpuPages, StopsAtASingleFrameOfABlockAndAtWhatItNeverGave) {
    Machine machine;
    const Frame block = machine.pages.allocate(3).value();
    EXPECT_THROW(machine.pages.free(block, 0), debug::PanicCalled);
    EXPECT_THROW(machine.pages.free(block + 1, 0), debug::PanicCalled);
    const Frame elsewhere = wiring::buddy.allocate(0).value();
    EXPECT_THROW(machine.pages.free(elsewhere, 0), debug::PanicCalled);
    EXPECT_THROW(machine.pages.free(Frame{0x40000}, 0), debug::PanicCalled) << "below all RAM";
    machine.pages.free(block, 3);
}

TEST(PerCpuPages, RefusesBlocksThatItsBackingCannotMake) {
    wiring::fake_boot_info.set_memory({{PhysAddr{0x4000'0000}, 1024 * GiB}});
    PerCpuPages pages;
    const Result<void> result = pages.init();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nomem);
    wiring::fake_boot_info.reset();
}

}  // namespace
}  // namespace phx::memory
