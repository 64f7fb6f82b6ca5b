#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <memory/interfaces/heap_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct InSimulatedRam {
    SimulatedRam ram{wiring::fake_kernel_map, {{PhysAddr{0x4001'3000}, 3 * MiB}, {PhysAddr{0x4080'5000}, 8 * MiB}}};
    SlabHeap heap;

    InSimulatedRam() {
        ram.fill(0xa7);
        wiring::fake_boot_allocator.reset(ram.ranges());
        EXPECT_TRUE(wiring::pages.init());
    }
    ~InSimulatedRam() { wiring::fake_boot_allocator.reset(); }
    SlabHeap& provider() { return heap; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(SlabOnBuddy, HeapConformance, InSimulatedRam);

TEST(SlabOnBuddy, GivesEveryPageBack) {
    InSimulatedRam machine;
    const std::uint64_t before = wiring::pages.stats().free_frames;
    std::vector<void*> objects;
    while (const Result<void*> pointer = machine.heap.allocate(1000, 8)) {
        objects.push_back(*pointer);
    }
    EXPECT_EQ(wiring::pages.stats().free_frames, 0U);
    EXPECT_EQ(objects.size(), before * 4);
    for (void* object : objects) {
        machine.heap.free(object, 1000);
    }
    EXPECT_GE(wiring::pages.stats().free_frames, before - 1 - k_size_classes[ordinary_class(1000)].magazine);
    machine.heap.reclaim(SIZE_MAX);
    EXPECT_EQ(wiring::pages.stats().free_frames, before);
}

TEST(SlabOnBuddy, StopsAtASecondFreeIntoAPageThatWentBack) {
    InSimulatedRam machine;
    std::vector<void*> objects;
    for (int i = 0; i < 12; ++i) {
        objects.push_back(machine.heap.allocate(1000, 8).value());
    }
    for (void* object : objects) {
        machine.heap.free(object, 1000);
    }
    machine.heap.reclaim(SIZE_MAX);
    // The pages' new owner leaves the start of each as it found it, where a slab says what it is.
    while (const Result<Frame> frame = wiring::pages.allocate(0)) {
        std::memset(wiring::fake_kernel_map.to_virtual(frame->address()) + k_slab_header, 0xff, k_page_size - k_slab_header);
    }
    for (void* object : objects) {
        EXPECT_THROW(machine.heap.free(object, 1000), debug::PanicCalled);
    }
}

TEST(SlabOnBuddy, HasNoLargerObjectThanThePagesLargestBlock) {
    InSimulatedRam machine;
    static_assert(SlabHeap::max_size > k_page_size << Buddy::max_order);
    const Result<void*> pointer = machine.heap.allocate((k_page_size << Buddy::max_order) + 1, 8);
    ASSERT_FALSE(pointer);
    EXPECT_EQ(pointer.error(), Errno::nomem);
}

}  // namespace
}  // namespace phx::memory
