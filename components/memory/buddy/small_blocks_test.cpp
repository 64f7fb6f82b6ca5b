#include <gtest/gtest.h>

#include <memory/interfaces/page_allocator_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct HostMemory {
    Buddy pages;

    HostMemory() {
        wiring::fake_boot_allocator.reset();
        EXPECT_TRUE(pages.init());
    }
    ~HostMemory() { wiring::fake_boot_allocator.reset(); }
    Buddy& provider() { return pages; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(BuddyWithSmallBlocks, PageAllocatorConformance, HostMemory);

TEST(BuddyWithSmallBlocks, HasNoLargerOnes) {
    HostMemory memory;
    static_assert(Buddy::max_order == 4);
    EXPECT_TRUE(memory.pages.allocate(4));
    const Result<Frame> frame = memory.pages.allocate(5);
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error(), Errno::inval);
}

}  // namespace
}  // namespace phx::memory
