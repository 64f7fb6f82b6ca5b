#include <gtest/gtest.h>

#include <memory/interfaces/fake_heap/fake_heap.hpp>
#include <memory/interfaces/heap_conformance.hpp>

namespace phx::memory {
namespace {

struct HostHeap {
    FakeHeap heap;
    FakeHeap& provider() { return heap; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(FakeHeap, HeapConformance, HostHeap);

TEST(FakeHeap, FailsWhenTold) {
    FakeHeap heap;
    heap.fail_after(1);
    ASSERT_TRUE(heap.allocate(16, 8));
    const Result<void*> pointer = heap.allocate(16, 8);
    ASSERT_FALSE(pointer);
    EXPECT_EQ(pointer.error(), Errno::nomem);
    heap.reset();
    EXPECT_TRUE(heap.allocate(16, 8));
}

}  // namespace
}  // namespace phx::memory
