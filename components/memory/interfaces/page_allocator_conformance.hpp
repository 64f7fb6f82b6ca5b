// What every PageAllocator must do. Traits is default-constructible and gives a fresh, ready provider of at least 2 MiB
// through `provider()`; the provider lives as long as the Traits.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include <arch/interrupts.hpp>
#include <debug/interfaces/fake_panic/fake_panic.hpp>
#include <memory/interfaces/page_allocator.hpp>

namespace phx::memory {

template <class Traits>
class PageAllocatorConformance : public ::testing::Test {
protected:
    struct Block {
        Frame frame;
        unsigned order;
    };

    auto& pages() { return traits_.provider(); }
    using Provider = std::remove_reference_t<decltype(std::declval<Traits&>().provider())>;

    std::vector<Block> allocate_all(unsigned order) {
        std::vector<Block> blocks;
        while (const Result<Frame> frame = pages().allocate(order)) {
            blocks.push_back({*frame, order});
        }
        return blocks;
    }
    void free_all(const std::vector<Block>& blocks) {
        for (const Block& block : blocks) {
            pages().free(block.frame, block.order);
        }
    }
    static void expect_aligned_and_disjoint(std::vector<Block> blocks) {
        std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.frame < b.frame; });
        Frame end;
        for (const Block& block : blocks) {
            const std::uint64_t size = std::uint64_t{1} << block.order;
            EXPECT_EQ(block.frame.number() % size, 0U) << "order " << block.order;
            EXPECT_GE(block.frame, end) << "blocks overlap";
            end = block.frame + size;
        }
    }

private:
    Traits traits_;
};

TYPED_TEST_SUITE_P(PageAllocatorConformance);

TYPED_TEST_P(PageAllocatorConformance, RefusesAnOrderAboveTheLargest) {
    const PageStats before = this->pages().stats();
    const Result<Frame> frame = this->pages().allocate(TestFixture::Provider::max_order + 1);
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error(), Errno::inval);
    ASSERT_FALSE(this->pages().allocate(64));
    EXPECT_EQ(this->pages().stats().free_frames, before.free_frames);
}

TYPED_TEST_P(PageAllocatorConformance, GivesAlignedBlocksThatDoNotOverlap) {
    std::vector<typename TestFixture::Block> blocks;
    for (unsigned round = 0; round < 4; ++round) {
        for (unsigned order = 0; order <= std::min<unsigned>(5, TestFixture::Provider::max_order); ++order) {
            const Result<Frame> frame = this->pages().allocate(order);
            ASSERT_TRUE(frame) << "order " << order << ", round " << round;
            blocks.push_back({*frame, order});
        }
    }
    this->expect_aligned_and_disjoint(blocks);
}

TYPED_TEST_P(PageAllocatorConformance, CountsFrames) {
    const PageStats before = this->pages().stats();
    EXPECT_GT(before.total_frames, 0U);
    EXPECT_EQ(before.free_frames, before.total_frames);
    const Result<Frame> frame = this->pages().allocate(2);
    ASSERT_TRUE(frame);
    const PageStats after = this->pages().stats();
    EXPECT_EQ(after.total_frames, before.total_frames);
    if (TestFixture::Provider::can_free) {
        EXPECT_EQ(after.free_frames, before.free_frames - 4);
        this->pages().free(*frame, 2);
        EXPECT_EQ(this->pages().stats().free_frames, before.free_frames);
    } else {
        EXPECT_LE(after.free_frames, before.free_frames - 4);
        this->pages().free(*frame, 2);
        EXPECT_EQ(this->pages().stats().free_frames, after.free_frames);
    }
}

TYPED_TEST_P(PageAllocatorConformance, GivesEveryFrameAndThenSaysThatThereIsNone) {
    const PageStats before = this->pages().stats();
    const auto blocks = this->allocate_all(0);
    EXPECT_EQ(blocks.size(), before.total_frames);
    this->expect_aligned_and_disjoint(blocks);
    EXPECT_EQ(this->pages().stats().free_frames, 0U);
    const Result<Frame> none = this->pages().allocate(0);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error(), Errno::nomem);
}

TYPED_TEST_P(PageAllocatorConformance, WhatIsFreedCanBeHadAgainInLargeBlocks) {
    if (!TestFixture::Provider::can_free) {
        GTEST_SKIP() << "this provider takes nothing back";
    }
    const unsigned order = std::min<unsigned>(8, TestFixture::Provider::max_order);
    const auto large = this->allocate_all(order);
    ASSERT_FALSE(large.empty());
    this->free_all(large);
    auto small = this->allocate_all(0);
    std::reverse(small.begin() + static_cast<std::ptrdiff_t>(small.size() / 2), small.end());
    this->free_all(small);
    EXPECT_EQ(this->allocate_all(order).size(), large.size());
}

TYPED_TEST_P(PageAllocatorConformance, StopsAtASecondFree) {
    const Result<Frame> frame = this->pages().allocate(1);
    ASSERT_TRUE(frame);
    this->pages().free(*frame, 1);
    EXPECT_THROW(this->pages().free(*frame, 1), debug::PanicCalled);
}

TYPED_TEST_P(PageAllocatorConformance, StopsAtAFreeOfALargerOrder) {
    const Result<Frame> frame = this->pages().allocate(0);
    ASSERT_TRUE(frame);
    EXPECT_THROW(this->pages().free(*frame, 1), debug::PanicCalled);
    EXPECT_THROW(this->pages().free(*frame, 64), debug::PanicCalled);
}

TYPED_TEST_P(PageAllocatorConformance, StopsAtAFreeOfAFrameThatItNeverGave) {
    const Result<Frame> frame = this->pages().allocate(0);
    ASSERT_TRUE(frame);
    EXPECT_THROW(this->pages().free(Frame{}, 0), debug::PanicCalled);
    EXPECT_THROW(this->pages().free(Frame{UINT64_MAX >> k_page_shift}, 0), debug::PanicCalled);
    EXPECT_THROW(this->pages().free(*frame + this->pages().stats().total_frames, 0), debug::PanicCalled);
}

TYPED_TEST_P(PageAllocatorConformance, LeavesTheInterruptMaskAsItWas) {
    for (const bool masked : {true, false}) {
        masked ? arch::mask_interrupts() : arch::unmask_interrupts();
        const Result<Frame> frame = this->pages().allocate(0);
        ASSERT_TRUE(frame);
        EXPECT_EQ(arch::interrupts_masked(), masked);
        this->pages().free(*frame, 0);
        EXPECT_EQ(arch::interrupts_masked(), masked);
        static_cast<void>(this->pages().stats());
        EXPECT_EQ(arch::interrupts_masked(), masked);
    }
}

REGISTER_TYPED_TEST_SUITE_P(PageAllocatorConformance, RefusesAnOrderAboveTheLargest, GivesAlignedBlocksThatDoNotOverlap,
                            CountsFrames, GivesEveryFrameAndThenSaysThatThereIsNone,
                            WhatIsFreedCanBeHadAgainInLargeBlocks, StopsAtASecondFree, StopsAtAFreeOfALargerOrder,
                            StopsAtAFreeOfAFrameThatItNeverGave, LeavesTheInterruptMaskAsItWas);

}  // namespace phx::memory
