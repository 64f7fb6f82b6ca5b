#include <gtest/gtest.h>

#include <memory/interfaces/fake_page_allocator/fake_page_allocator.hpp>
#include <memory/interfaces/page_allocator_conformance.hpp>

namespace phx::memory {
namespace {

struct HostPages {
    FakePageAllocator pages;

    HostPages() { pages.reset(1024); }
    FakePageAllocator& provider() { return pages; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(FakePageAllocator, PageAllocatorConformance, HostPages);

TEST(FakePageAllocator, FailsWhenTold) {
    FakePageAllocator pages;
    pages.fail_after(1);
    ASSERT_TRUE(pages.allocate(0));
    const Result<Frame> frame = pages.allocate(0);
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error(), Errno::nomem);
    EXPECT_EQ(pages.live_blocks(), 1U);
    pages.reset();
    EXPECT_EQ(pages.live_blocks(), 0U);
    EXPECT_TRUE(pages.allocate(0));
}

}  // namespace
}  // namespace phx::memory
