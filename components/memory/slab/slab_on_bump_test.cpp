#include <gtest/gtest.h>

#include <vector>

#include <wiring.hpp>

namespace phx::memory {
namespace {

class SlabOnBump : public ::testing::Test {
protected:
    SlabOnBump() {
        wiring::fake_boot_allocator.reset();
        EXPECT_TRUE(wiring::pages.init());
    }
    ~SlabOnBump() override { wiring::fake_boot_allocator.reset(); }

    SlabHeap heap_;
};

TEST_F(SlabOnBump, KeepsEmptyPagesForLater) {
    for (int round = 0; round < 3; ++round) {
        std::vector<void*> objects;
        for (int i = 0; i < 15 * 8; ++i) {
            const Result<void*> pointer = heap_.allocate(256, 8);
            ASSERT_TRUE(pointer);
            objects.push_back(*pointer);
        }
        EXPECT_EQ(heap_.stats().backing_bytes, 8 * k_page_size) << "round " << round;
        for (void* object : objects) {
            heap_.free(object, 256);
        }
        EXPECT_EQ(heap_.stats().backing_bytes, 8 * k_page_size) << "round " << round;
        EXPECT_EQ(heap_.stats().live_objects, 0U);
    }
}

TEST_F(SlabOnBump, FindsADoubleFreeInAnEmptyPage) {
    const Result<void*> a = heap_.allocate(256, 8);
    const Result<void*> b = heap_.allocate(256, 8);
    ASSERT_TRUE(a && b);
    heap_.free(*a, 256);
    heap_.free(*b, 256);
    EXPECT_THROW(heap_.free(*a, 256), debug::PanicCalled);
    EXPECT_THROW(heap_.free(*b, 256), debug::PanicCalled);
}

}  // namespace
}  // namespace phx::memory
