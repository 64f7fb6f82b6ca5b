#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <memory/interfaces/page_allocator_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

constexpr std::uint64_t frames(std::uint64_t n) {
    return n * k_page_size;
}

// RAM and an allocator over it.
class Machine {
public:
    explicit Machine(std::vector<PhysRange> ranges) : ram{wiring::fake_kernel_map, ranges} {
        wiring::fake_log.reset();
        wiring::fake_boot_allocator.reset(std::move(ranges));
    }
    ~Machine() { wiring::fake_boot_allocator.reset(); }

    std::vector<Frame> allocate_all(unsigned order) {
        std::vector<Frame> blocks;
        while (const Result<Frame> frame = pages.allocate(order)) {
            blocks.push_back(*frame);
        }
        return blocks;
    }

    SimulatedRam ram;
    Buddy pages;
};

struct TwoRaggedRanges {
    Machine machine{{{PhysAddr{0x4001'3000}, frames(805)}, {PhysAddr{0x4080'5000}, frames(611)}}};

    TwoRaggedRanges() { EXPECT_TRUE(machine.pages.init()); }
    Buddy& provider() { return machine.pages; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Buddy, PageAllocatorConformance, TwoRaggedRanges);

TEST(Buddy, StartsWithoutTouchingMemory) {
    Machine machine{{{PhysAddr{0x4000'0000}, 8 * GiB}}};
    ASSERT_TRUE(machine.pages.init());
    EXPECT_LE(machine.ram.touched_bytes(), 16 * KiB);
    ASSERT_TRUE(machine.pages.allocate(0));
    EXPECT_LE(machine.ram.touched_bytes(), 64 * KiB);
}

TEST(Buddy, TakesAllThatIsLeftButItsRecords) {
    Machine machine{{{PhysAddr{0x4000'0000}, 16 * MiB}}};
    ASSERT_TRUE(machine.pages.init());
    constexpr std::uint64_t all = 16 * MiB / k_page_size;
    EXPECT_EQ(machine.pages.stats().total_frames, all - 8 * all / k_page_size - 1);
}

TEST(Buddy, DoesNotTrustWhatMemoryHeldBefore) {
    // Each byte would be a believable state: allocated or free, order 0 or 3.
    for (const unsigned byte : {0x80U, 0x83U, 0x40U, 0x43U, 0xffU}) {
        Machine machine{{{PhysAddr{0x4000'3000}, frames(1111)}}};
        machine.ram.fill(static_cast<std::uint8_t>(byte));
        ASSERT_TRUE(machine.pages.init());
        const Result<Frame> block = machine.pages.allocate(3);
        ASSERT_TRUE(block);
        for (std::uint64_t inside = 1; inside < 8; ++inside) {
            EXPECT_THROW(machine.pages.free(*block + inside, 0), debug::PanicCalled);
        }
        machine.pages.free(*block, 3);
        EXPECT_EQ(machine.allocate_all(0).size(), machine.pages.stats().total_frames);
    }
}

TEST(Buddy, StopsAtEachWrongFree) {
    Machine machine{{{PhysAddr{0x4000'0000}, 16 * MiB}}};
    ASSERT_TRUE(machine.pages.init());
    const Result<Frame> frame = machine.pages.allocate(4);
    ASSERT_TRUE(frame);
    for (const unsigned wrong : {0U, 3U, 5U, 11U, 63U, 0x84U}) {
        EXPECT_THROW(machine.pages.free(*frame, wrong), debug::PanicCalled) << wrong;
    }
    EXPECT_THROW(machine.pages.free(*frame + 1, 0), debug::PanicCalled);
    machine.pages.free(*frame, 4);
    EXPECT_THROW(machine.pages.free(*frame, 4), debug::PanicCalled);
    EXPECT_EQ(machine.pages.stats().free_frames, machine.pages.stats().total_frames);
}

TEST(Buddy, StopsAtASecondFreeOfEitherHalfOfAJoinedBlock) {
    Machine machine{{{PhysAddr{0x4000'0000}, 16 * MiB}}};
    ASSERT_TRUE(machine.pages.init());
    for (const bool left_first : {true, false}) {
        const Frame whole = machine.pages.allocate(9).value();
        machine.pages.free(whole, 9);
        std::vector<Frame> halves = machine.allocate_all(8);
        for (const Frame half : halves) {
            if (half != whole && half != whole + 256) {
                machine.pages.free(half, 8);
            }
        }
        const Frame first = left_first ? whole : whole + 256;
        const Frame second = left_first ? whole + 256 : whole;
        machine.pages.free(first, 8);
        machine.pages.free(second, 8);
        EXPECT_THROW(machine.pages.free(first, 8), debug::PanicCalled);
        EXPECT_THROW(machine.pages.free(second, 8), debug::PanicCalled);
        EXPECT_EQ(machine.pages.stats().free_frames, machine.pages.stats().total_frames);
    }
}

TEST(Buddy, SaysWhatWasWrongWithAFree) {
    Machine machine{{{PhysAddr{0x4000'0000}, 16 * MiB}}};
    ASSERT_TRUE(machine.pages.init());
    const Result<Frame> frame = machine.pages.allocate(0);
    ASSERT_TRUE(frame);
    machine.pages.free(*frame, 0);
    try {
        machine.pages.free(Frame{0x12345}, 2);
        FAIL();
    } catch (const debug::PanicCalled& panic) {
        EXPECT_STREQ(panic.what(), "freed page was not allocated: frame 0x12345, order 2");
    }
}

// Two ranges that touch are still two: a block never spans them, so that each can be a hole's edge.
TEST(Buddy, DoesNotJoinAcrossRanges) {
    Machine machine{
        {{PhysAddr{0x4000'0000}, frames(64)}, {PhysAddr{0x4004'0000}, frames(64)}, {PhysAddr{0x4008'0000}, frames(4)}}};
    ASSERT_TRUE(machine.pages.init());
    const auto all = machine.allocate_all(0);
    for (const Frame frame : all) {
        machine.pages.free(frame, 0);
    }
    EXPECT_EQ(machine.pages.stats().free_frames, machine.pages.stats().total_frames);
    EXPECT_FALSE(machine.pages.allocate(7)) << "64 frames here and 64 there are no 128 in one range";
    EXPECT_TRUE(machine.pages.allocate(6));
}

TEST(Buddy, GivesTheLargestBlocksOfAnAlignedRange) {
    Machine machine{{{PhysAddr{0x4000'0000}, 16 * MiB}}};
    ASSERT_TRUE(machine.pages.init());
    EXPECT_EQ(machine.allocate_all(Buddy::max_order).size(), 3U) << "the first 4 MiB hold the records";
}

TEST(Buddy, NeedsRoomForItsRecords) {
    Machine machine{{{PhysAddr{0x4000'0000}, frames(4)}}};
    while (wiring::fake_boot_allocator.allocate(k_page_size, k_page_size)) {
    }
    const Result<void> result = machine.pages.init();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nomem);
}

TEST(Buddy, NeedsAFrameBesideItsRecords) {
    Machine machine{{{PhysAddr{0x4000'0000}, frames(2)}}};
    const Result<void> result = machine.pages.init();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nomem);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no free RAM"));
}

TEST(Buddy, RefusesMoreRangesThanItsParameterSays) {
    std::vector<PhysRange> ranges;
    for (std::uint64_t i = 0; i < params::buddy::max_ranges + 1; ++i) {
        ranges.push_back({PhysAddr{0x4000'0000 + i * frames(8)}, frames(4)});
    }
    Machine machine{ranges};
    const Result<void> result = machine.pages.init();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nospc);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "max_ranges"));
}

TEST(Buddy, ReportsWhatItFound) {
    Machine machine{{{PhysAddr{0x4000'0000}, 16 * MiB}}};
    ASSERT_TRUE(machine.pages.init());
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "16348 KiB, records take 36 KiB"));
}

}  // namespace
}  // namespace phx::memory
