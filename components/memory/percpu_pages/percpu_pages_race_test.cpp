// CPUs that take and give frames at once, each the host's thread.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <arch/thread_head.hpp>
#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

// Each frame's owner writes its mark into it; whoever finds another's has been given a frame twice. Blocks are handed over to other CPUs
// through slots.
class Cpus {
public:
    explicit Cpus(PerCpuPages& pages) : pages_{pages} {}

    void run(unsigned cpu) {
        arch::current()->cpu = cpu;
        std::minstd_rand random{cpu + 1};
        for (int round = 0; round < 20'000; ++round) {
            const Result<Frame> frame = pages_.allocate(0);
            if (frame) {
                *mark(*frame) = cpu;
            }
            const std::uint64_t other = slots_[random() % slots_.size()].exchange(frame ? frame->number() : 0);
            if (other != 0) {
                *mark(Frame{other}) = cpu;
                pages_.free(Frame{other}, 0);
            }
            if (round % 64 == 0) {
                const Result<Frame> block = pages_.allocate(2);
                if (block) {
                    pages_.free(*block, 2);
                }
                EXPECT_LE(pages_.stats().total_frames, 1024U);
            }
        }
    }
    void finish() {
        for (auto& slot : slots_) {
            if (const std::uint64_t number = slot.exchange(0); number != 0) {
                pages_.free(Frame{number}, 0);
            }
        }
    }

private:
    static unsigned* mark(Frame frame) { return reinterpret_cast<unsigned*>(wiring::fake_kernel_map.to_virtual(frame.address())); }

    PerCpuPages& pages_;
    std::array<std::atomic<std::uint64_t>, 32> slots_{};
};

void play(std::uint64_t frames) {
    SimulatedRam ram{wiring::fake_kernel_map, {{PhysAddr{0x4000'0000}, frames * k_page_size}}};
    wiring::fake_boot_allocator.reset(ram.ranges());
    wiring::fake_boot_info.set_memory(ram.ranges());
    ASSERT_TRUE(wiring::buddy.init());
    PerCpuPages pages;
    ASSERT_TRUE(pages.init());
    Cpus cpus{pages};
    std::vector<std::thread> threads;
    for (unsigned cpu = 0; cpu < 4; ++cpu) {
        threads.emplace_back([&cpus, cpu] { cpus.run(cpu); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    cpus.finish();
    EXPECT_EQ(pages.stats().free_frames, pages.stats().total_frames);
    wiring::fake_boot_allocator.reset();
    wiring::fake_boot_info.reset();
}

TEST(PerCpuPagesRace, CpusTakeAndGiveFramesAtOnce) {
    play(1024);
}

TEST(PerCpuPagesRace, CpusTakeBackWhatOthersKeepWhenFramesAreFew) {
    play(40);
}

}  // namespace
}  // namespace phx::memory
