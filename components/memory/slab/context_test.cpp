#include <gtest/gtest.h>

#include <vector>

#include <memory/interfaces/context.hpp>
#include <memory/interfaces/fake_heap/fake_heap.hpp>
#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

// All frames are taken, but for those that the heap keeps without need.
class MemoryContext : public ::testing::Test {
protected:
    MemoryContext() {
        wiring::fake_boot_allocator.reset(ram_.ranges());
        wiring::fake_boot_info.set_memory(ram_.ranges());
        EXPECT_TRUE(wiring::buddy.init());
        EXPECT_TRUE(wiring::pages.init());
        std::vector<void*> objects;
        for (int i = 0; i < 40; ++i) {
            objects.push_back(heap_.allocate(1000, 8).value());
        }
        for (void* object : objects) {
            heap_.free(object, 1000);
        }
        while (wiring::pages.allocate(0)) {
        }
        kept_ = heap_.stats().backing_bytes / k_page_size;
        EXPECT_GT(kept_, 1U);
    }
    ~MemoryContext() override {
        heap_.reclaim(SIZE_MAX);
        wiring::fake_boot_allocator.reset();
        wiring::fake_boot_info.reset();
    }

    SlabHeap& heap_ = wiring::dut;
    SimulatedRam ram_{wiring::fake_kernel_map, {{PhysAddr{0x4000'0000}, 2 * MiB}}};
    std::uint64_t kept_ = 0;
};

TEST_F(MemoryContext, WhoMaySleepGetsWhatOthersGiveBack) {
    EXPECT_FALSE(allocate(wiring::pages, 0, Atomic{}));
    for (std::uint64_t i = 0; i < kept_; ++i) {
        EXPECT_TRUE(allocate(wiring::pages, 0, MaySleep{})) << i;
    }
    const Result<Frame> none = allocate(wiring::pages, 0, MaySleep{});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error(), Errno::nomem);
}

TEST_F(MemoryContext, AHeapAsksThroughItsPages) {
    EXPECT_FALSE(allocate(heap_, 64, 8, Atomic{}));
    const Result<void*> object = allocate(heap_, 64, 8, MaySleep{});
    ASSERT_TRUE(object);
    heap_.free(*object, 64);
    EXPECT_FALSE(allocate(heap_, SlabHeap::max_size + 1, 8, MaySleep{}));
    EXPECT_EQ(allocate(heap_, 0, 8, MaySleep{}).error(), Errno::inval);
}

struct Point {
    Point(int a, int b) : x{a}, y{b} { ++alive; }
    ~Point() { --alive; }
    int x;
    int y;
    static inline int alive = 0;
};

TEST(CreateAndDestroy, RunConstructorAndDestructor) {
    FakeHeap heap;
    const Result<Point*> a = create<Point>(heap, MaySleep{}, 1, 2);
    const Result<Point*> b = create<Point>(heap, Atomic{}, 3, 4);
    ASSERT_TRUE(a && b);
    EXPECT_EQ((*a)->y + (*b)->x, 5);
    EXPECT_EQ(Point::alive, 2);
    destroy(heap, *a);
    destroy(heap, *b);
    EXPECT_EQ(Point::alive, 0);
    EXPECT_EQ(heap.stats().live_objects, 0U);
    heap.fail_after(0);
    EXPECT_EQ(create<Point>(heap, MaySleep{}, 1, 2).error(), Errno::nomem);
    EXPECT_EQ(Point::alive, 0);
}

}  // namespace
}  // namespace phx::memory
