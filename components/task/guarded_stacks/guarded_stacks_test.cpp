#include "guarded_stacks.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include <wiring.hpp>

namespace phx::task {
namespace {

constexpr std::size_t k_size = params::guarded_stacks::size;
constexpr std::size_t k_pages = k_size / k_page_size;
constexpr std::uint64_t k_slot = 128 * KiB;

class GuardedStacksTest : public ::testing::Test {
protected:
    GuardedStacksTest() {
        wiring::fake_page_allocator.reset();
        wiring::fake_kernel_mappings.reset();
    }
    static std::uint64_t pages_used() {
        const memory::PageStats stats = wiring::fake_page_allocator.stats();
        return stats.total_frames - stats.free_frames;
    }

    const std::unique_ptr<GuardedStacks> stacks_ = std::make_unique<GuardedStacks>();
};

TEST_F(GuardedStacksTest, AreMappedWithNothingBelow) {
    const KernelStack a = stacks_->allocate().value();
    const KernelStack b = stacks_->allocate().value();
    for (const KernelStack& stack : {a, b}) {
        EXPECT_EQ(stack.top - stack.bottom, k_size);
        EXPECT_TRUE(stack.bottom.is_aligned(k_slot)) << "one bit of sp tells that it ran over";
        for (std::size_t page = 0; page < k_pages; ++page) {
            EXPECT_TRUE(wiring::fake_kernel_mappings.is_mapped(stack.bottom + page * k_page_size));
        }
        for (std::uint64_t below = k_page_size; below <= k_slot - k_size; below += k_page_size) {
            ASSERT_FALSE(wiring::fake_kernel_mappings.is_mapped(VirtAddr{stack.bottom.value() - below}));
        }
    }
    EXPECT_NE(a.bottom, b.bottom);
    EXPECT_EQ(wiring::fake_kernel_mappings.count(), 2 * k_pages);
}

TEST_F(GuardedStacksTest, FreeOnesAreKeptUpToALimitAndTheRestGoesBack) {
    constexpr auto kept = static_cast<std::size_t>(params::guarded_stacks::kept);
    std::vector<KernelStack> made;
    for (std::size_t i = 0; i < 2 * kept + 1; ++i) {
        made.push_back(stacks_->allocate().value());
    }
    for (const KernelStack& stack : made) {
        stacks_->free(stack);
    }
    EXPECT_EQ(wiring::fake_kernel_mappings.count(), kept * k_pages);
    EXPECT_EQ(pages_used(), kept * k_pages);
    wiring::fake_kernel_mappings.fail_after(0);
    for (std::size_t i = 0; i < kept; ++i) {
        EXPECT_TRUE(stacks_->allocate()) << "one that was kept needs no mapping";
    }
    EXPECT_EQ(stacks_->allocate().error(), Errno::nomem);
}

// Wherever memory ends in the midst of a stack, all that was taken for it is given back, its place in the address space too.
TEST_F(GuardedStacksTest, AFailureLeavesNothingBehind) {
    const KernelStack first = stacks_->allocate().value();
    for (std::uint64_t after = 0; after < k_pages; ++after) {
        wiring::fake_kernel_mappings.fail_after(after);
        EXPECT_EQ(stacks_->allocate().error(), Errno::nomem);
        EXPECT_EQ(wiring::fake_kernel_mappings.count(), k_pages);
        EXPECT_EQ(pages_used(), k_pages);
    }
    wiring::fake_kernel_mappings.fail_after(k_pages);
    EXPECT_EQ(stacks_->allocate().value().bottom, first.bottom + k_slot) << "the next slot, as before";
}

TEST_F(GuardedStacksTest, EndWithTheirSlots) {
    constexpr auto slots = static_cast<std::size_t>(params::guarded_stacks::slots);
    wiring::fake_page_allocator.reset(slots * k_pages + 1);
    std::vector<KernelStack> made;
    for (std::size_t i = 0; i < slots; ++i) {
        made.push_back(stacks_->allocate().value());
    }
    EXPECT_EQ(stacks_->allocate().error(), Errno::nomem);
    for (const KernelStack& stack : made) {
        stacks_->free(stack);
    }
    EXPECT_TRUE(stacks_->allocate());
}

}  // namespace
}  // namespace phx::task
