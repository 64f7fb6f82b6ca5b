#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include <memory/interfaces/boot_allocator_conformance.hpp>
#include <memory/interfaces/fake_boot_allocator/fake_boot_allocator.hpp>

namespace phx::memory {
namespace {

struct TwoRanges {
    FakeBootAllocator allocator;
    std::vector<PhysRange> ranges{{PhysAddr{0x4000'0000}, 16 * MiB}, {PhysAddr{0x8000'0100}, 16 * MiB}};

    TwoRanges() { allocator.reset(ranges); }
    FakeBootAllocator& provider() { return allocator; }
    [[nodiscard]] std::vector<PhysRange> ram() const { return ranges; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(FakeBootAllocator, BootAllocatorConformance, TwoRanges);

TEST(FakeBootAllocator, GivesHostMemoryIfNothingElseWasSaid) {
    FakeBootAllocator allocator;
    EXPECT_EQ(allocator.total(), FakeBootAllocator::k_default_bytes);
    const Result<PhysAddr> address = allocator.allocate(4096, 4096);
    ASSERT_TRUE(address);
    std::memset(reinterpret_cast<void*>(address->value()), 1, 4096);
}

}  // namespace
}  // namespace phx::memory
