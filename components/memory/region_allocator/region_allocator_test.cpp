#include <gtest/gtest.h>

#include <vector>

#include <memory/interfaces/boot_allocator_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

constexpr PhysRange range(std::uint64_t base, std::uint64_t size) {
    return {PhysAddr{base}, size};
}

// A machine with RAM from 0x40000000 and an image of 256 KiB at 0x40080000.
class RegionAllocatorTest : public ::testing::Test {
protected:
    RegionAllocatorTest() {
        wiring::fake_log.reset();
        wiring::fake_boot_info.reset();
        wiring::fake_boot_handoff.reset();
        wiring::fake_boot_info.set_memory({range(0x4000'0000, 64 * MiB)});
        wiring::fake_boot_handoff.set_image(range(0x4008'0000, 0x4'0000));
    }
    ~RegionAllocatorTest() override {
        wiring::fake_boot_info.reset();
        wiring::fake_boot_handoff.reset();
    }

    static void reserve(std::vector<PhysRange> ranges) {
        std::vector<boot::ReservedRegion> regions;
        for (const PhysRange& r : ranges) {
            regions.push_back({r, false});
        }
        wiring::fake_boot_info.set_reserved(regions);
    }
    std::vector<PhysRange> free_ranges() {
        const Result<void> result = allocator_.init();
        EXPECT_TRUE(result) << errno_name(result.error());
        const auto ranges = allocator_.hand_over();
        return {ranges.begin(), ranges.end()};
    }

    RegionAllocator allocator_;
};

struct Virt {
    RegionAllocator allocator;
    std::vector<PhysRange> ranges{range(0x4000'0000, 16 * MiB), range(0x8000'0000, 16 * MiB)};

    Virt() {
        wiring::fake_boot_info.reset();
        wiring::fake_boot_handoff.reset();
        wiring::fake_boot_info.set_memory(ranges);
        wiring::fake_boot_info.set_reserved({{range(0x4010'0001, 1000), true}});
        EXPECT_TRUE(allocator.init());
    }
    RegionAllocator& provider() { return allocator; }
    [[nodiscard]] std::vector<PhysRange> ram() const { return ranges; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(RegionAllocator, BootAllocatorConformance, Virt);

TEST_F(RegionAllocatorTest, LeavesOutTheImage) {
    EXPECT_EQ(free_ranges(), (std::vector{range(0x4000'0000, 0x8'0000), range(0x400c'0000, 64 * MiB - 0xc'0000)}));
}

TEST_F(RegionAllocatorTest, LeavesOutWhatIsReserved) {
    reserve({range(0x4200'0000, MiB), range(0x4100'0000, MiB)});
    EXPECT_EQ(free_ranges(), (std::vector{range(0x4000'0000, 0x8'0000), range(0x400c'0000, 0xf4'0000),
                                          range(0x4110'0000, 0xf0'0000), range(0x4210'0000, 0x1f0'0000)}));
}

TEST_F(RegionAllocatorTest, LeavesOutRegionsThatAreNotToBeMapped) {
    wiring::fake_boot_info.set_reserved({{range(0x4000'0000, 0x8'0000), true}});
    EXPECT_EQ(free_ranges(), (std::vector{range(0x400c'0000, 64 * MiB - 0xc'0000)}));
}

TEST_F(RegionAllocatorTest, TakesReservationsThatOverlapOrLieOutside) {
    reserve({range(0x3000'0000, 0x1000'0000 + 0x1000), range(0x43ff'f000, 64 * MiB), range(0x4007'f000, 0x8'0000),
             range(0x400a'0000, 0x8'0000), range(0x1'0000'0000, MiB), range(0x4180'0000, 0)});
    EXPECT_EQ(free_ranges(),
              (std::vector{range(0x4000'1000, 0x7'e000), range(0x4012'0000, 0x43ff'f000 - 0x4012'0000)}));
}

TEST_F(RegionAllocatorTest, TakesAReservationPastTheEndOfTheAddressSpace) {
    reserve({range(0x4100'0000, UINT64_MAX)});
    EXPECT_EQ(free_ranges(), (std::vector{range(0x4000'0000, 0x8'0000), range(0x400c'0000, 0xf4'0000)}));
}

TEST_F(RegionAllocatorTest, RoundsToWholePages) {
    reserve(
        {range(0x4100'0123, 10), range(0x4200'0fff, 2), range(0x4300'0800, 0x1000), range(0x4300'2000 + 0x10, 0x10)});
    EXPECT_EQ(free_ranges(),
              (std::vector{range(0x4000'0000, 0x8'0000), range(0x400c'0000, 0xf4'0000), range(0x4100'1000, 0xff'f000),
                           range(0x4200'2000, 0xff'e000), range(0x4300'3000, 0xff'd000)}));
}

TEST_F(RegionAllocatorTest, JoinsRangesThatTouch) {
    wiring::fake_boot_info.set_memory(
        {range(0x4000'0000, 16 * MiB), range(0x4100'0000, 16 * MiB), range(0x5000'0000, MiB)});
    EXPECT_EQ(free_ranges(), (std::vector{range(0x4000'0000, 0x8'0000), range(0x400c'0000, 32 * MiB - 0xc'0000),
                                          range(0x5000'0000, MiB)}));
    EXPECT_EQ(allocator_.total(), 33 * MiB);
}

TEST_F(RegionAllocatorTest, AllocatesAroundTheImage) {
    ASSERT_TRUE(allocator_.init());
    EXPECT_EQ(allocator_.allocate(0x8'0000, 1).value(), PhysAddr{0x4000'0000});
    EXPECT_EQ(allocator_.allocate(1, 1).value(), PhysAddr{0x400c'0000});
    EXPECT_EQ(allocator_.allocate(4096, 0x1'0000).value(), PhysAddr{0x400d'0000});
    EXPECT_EQ(allocator_.allocate(16, 16).value(), PhysAddr{0x400c'0010}) << "what alignment skipped is not lost";
}

TEST_F(RegionAllocatorTest, GivesTheLastByte) {
    wiring::fake_boot_handoff.set_image(range(0x4000'0000, MiB));
    ASSERT_TRUE(allocator_.init());
    EXPECT_EQ(allocator_.allocate(63 * MiB, 1).value(), PhysAddr{0x4010'0000});
    EXPECT_FALSE(allocator_.allocate(1, 1));
    EXPECT_TRUE(allocator_.hand_over().empty());
}

TEST_F(RegionAllocatorTest, KeepsAllocatingWhenItsTableIsFull) {
    ASSERT_TRUE(allocator_.init());
    PhysAddr last;
    for (std::int64_t i = 0; i < 2 * params::region_allocator::max_ranges; ++i) {
        const Result<PhysAddr> address = allocator_.allocate(64, 0x1'0000);
        ASSERT_TRUE(address) << i;
        EXPECT_GT(*address, last);
        last = *address;
    }
    for (const PhysRange& rest : allocator_.hand_over()) {
        EXPECT_FALSE(rest.contains(last));
    }
}

TEST_F(RegionAllocatorTest, NeedsItsMinimum) {
    wiring::fake_boot_info.set_memory({range(0x4000'0000, params::region_allocator::minimum)});
    EXPECT_TRUE(allocator_.init());
    wiring::fake_boot_info.set_memory({range(0x4000'0000, params::region_allocator::minimum - 4096)});
    const Result<void> result = allocator_.init();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nomem);
    EXPECT_TRUE(
        wiring::fake_log.contains(log::Level::error, "too little memory: 8188 KiB found, this graph needs 8192 KiB"));
}

TEST_F(RegionAllocatorTest, RefusesMorePiecesThanItsParameterSays) {
    const auto pieces_beside_image = static_cast<std::uint64_t>(params::region_allocator::max_ranges) - 2;
    std::vector<PhysRange> holes;
    for (std::uint64_t i = 0; i < pieces_beside_image; ++i) {
        holes.push_back(range(0x4100'0000 + i * 0x1'0000, 0x1000));
    }
    reserve(holes);
    EXPECT_TRUE(allocator_.init());
    holes.push_back(range(0x4300'0000, 0x1000));
    reserve(holes);
    const Result<void> result = allocator_.init();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nospc);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "max_ranges"));
}

TEST_F(RegionAllocatorTest, ReportsWhatItFound) {
    ASSERT_TRUE(allocator_.init());
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "65536 KiB of RAM, 65280 KiB free in 2 ranges"));
}

}  // namespace
}  // namespace phx::memory
