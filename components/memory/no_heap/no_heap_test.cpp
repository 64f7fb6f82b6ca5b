#include <gtest/gtest.h>

#include <memory/interfaces/heap_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct Nothing {
    NoHeap heap;
    NoHeap& provider() { return heap; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(NoHeap, HeapConformance, Nothing);

TEST(NoHeap, HasNothing) {
    const Result<void*> pointer = wiring::dut.allocate(1, 1);
    ASSERT_FALSE(pointer);
    EXPECT_EQ(pointer.error(), Errno::nomem);
    EXPECT_EQ(wiring::dut.stats().backing_bytes, 0U);
}

}  // namespace
}  // namespace phx::memory
