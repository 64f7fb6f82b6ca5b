#include <gtest/gtest.h>

#include <vector>

#include <memory/interfaces/page_allocator_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

// Never accessed, so no memory need stand behind the addresses.
const std::vector<PhysRange> k_two_ranges{{PhysAddr{0x4000'3000}, 3 * MiB}, {PhysAddr{0x4080'1000}, 2 * MiB}};

class BumpTest : public ::testing::Test {
protected:
    BumpTest() {
        wiring::fake_log.reset();
        wiring::fake_boot_allocator.reset(k_two_ranges);
    }
    ~BumpTest() override { wiring::fake_boot_allocator.reset(); }

    Bump pages_;
};

struct TwoRanges {
    Bump pages;

    TwoRanges() {
        wiring::fake_boot_allocator.reset(k_two_ranges);
        EXPECT_TRUE(pages.init());
    }
    ~TwoRanges() { wiring::fake_boot_allocator.reset(); }
    Bump& provider() { return pages; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Bump, PageAllocatorConformance, TwoRanges);

TEST_F(BumpTest, GoesUpThroughTheRanges) {
    ASSERT_TRUE(pages_.init());
    EXPECT_EQ(pages_.allocate(0).value(), Frame{0x40003});
    EXPECT_EQ(pages_.allocate(0).value(), Frame{0x40004});
    EXPECT_EQ(pages_.allocate(2).value(), Frame{0x40008});
    EXPECT_FALSE(pages_.allocate(9)) << "no aligned run of 512 frames is in either range";
    EXPECT_EQ(pages_.allocate(8).value(), Frame{0x40100});
    EXPECT_EQ(pages_.allocate(8).value(), Frame{0x40200});
    EXPECT_EQ(pages_.allocate(8).value(), Frame{0x40900}) << "no room is left in the first range";
    EXPECT_EQ(pages_.allocate(0).value(), Frame{0x40300}) << "but for this one";
}

TEST_F(BumpTest, CountsWhatAlignmentSkipsAsGone) {
    ASSERT_TRUE(pages_.init());
    const std::uint64_t before = pages_.stats().free_frames;
    ASSERT_TRUE(pages_.allocate(3));  // 0x40003 is skipped up to 0x40008
    EXPECT_EQ(pages_.stats().free_frames, before - 5 - 8);
}

TEST_F(BumpTest, StopsWhenMoreIsFreedThanWasGiven) {
    ASSERT_TRUE(pages_.init());
    const Frame a = pages_.allocate(0).value();
    const Frame b = pages_.allocate(0).value();
    pages_.free(a, 0);
    pages_.free(b, 0);
    EXPECT_THROW(pages_.free(a, 0), debug::PanicCalled);
}

TEST_F(BumpTest, StopsAtAFrameThatIsNotGivenYet) {
    ASSERT_TRUE(pages_.init());
    const Frame a = pages_.allocate(0).value();
    EXPECT_THROW(pages_.free(a + 1, 0), debug::PanicCalled);
    EXPECT_THROW(pages_.free(Frame{0x40801}, 0), debug::PanicCalled);
}

TEST_F(BumpTest, NeedsMemory) {
    wiring::fake_boot_allocator.reset({{PhysAddr{0x4000'0800}, 4096}});
    const Result<void> result = pages_.init();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nomem);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no free RAM"));
}

TEST_F(BumpTest, RefusesMoreRangesThanItsParameterSays) {
    std::vector<PhysRange> ranges;
    for (std::uint64_t i = 0; i < params::bump::max_ranges + 1; ++i) {
        ranges.push_back({PhysAddr{0x4000'0000 + i * 8 * k_page_size}, 4 * k_page_size});
    }
    wiring::fake_boot_allocator.reset(ranges);
    const Result<void> result = pages_.init();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nospc);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "max_ranges"));
}

}  // namespace
}  // namespace phx::memory
