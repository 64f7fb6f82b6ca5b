// What every BootAllocator must do. Traits is default-constructible and gives, through `provider()`, a fresh and ready
// provider of at least 1 MiB of free memory, and through `ram()` the ranges of RAM it was told of.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include <base/types.hpp>
#include <memory/interfaces/boot_allocator.hpp>

namespace phx::memory {

template <class Traits>
class BootAllocatorConformance : public ::testing::Test {
protected:
    auto& allocator() { return traits_.provider(); }
    [[nodiscard]] bool in_ram(PhysRange part) {
        const std::vector<PhysRange> ram = traits_.ram();
        return std::any_of(ram.begin(), ram.end(), [part](const PhysRange& r) { return r.contains(part); });
    }
    [[nodiscard]] std::uint64_t ram_bytes() {
        std::uint64_t bytes = 0;
        for (const PhysRange& range : traits_.ram()) {
            bytes += range.size;
        }
        return bytes;
    }

private:
    Traits traits_;
};

TYPED_TEST_SUITE_P(BootAllocatorConformance);

TYPED_TEST_P(BootAllocatorConformance, RefusesWhatIsNotARequest) {
    struct {
        std::size_t size;
        std::size_t alignment;
    } const bad[] = {{0, 8}, {8, 0}, {8, 3}, {0, 0}};
    for (const auto& [size, alignment] : bad) {
        const Result<PhysAddr> address = this->allocator().allocate(size, alignment);
        ASSERT_FALSE(address) << size << " bytes aligned to " << alignment;
        EXPECT_EQ(address.error(), Errno::inval);
    }
}

TYPED_TEST_P(BootAllocatorConformance, HasNoMoreThanThereIs) {
    for (const std::size_t size : {this->ram_bytes() + 1, std::uint64_t{SIZE_MAX}}) {
        const Result<PhysAddr> address = this->allocator().allocate(size, 1);
        ASSERT_FALSE(address) << size;
        EXPECT_EQ(address.error(), Errno::nomem);
    }
    const Result<PhysAddr> unaligned = this->allocator().allocate(1, std::size_t{1} << 63);
    ASSERT_FALSE(unaligned && unaligned->value() != 0);
}

TYPED_TEST_P(BootAllocatorConformance, GivesAlignedMemoryOnceAndHandsOverTheRest) {
    std::vector<PhysRange> given;
    for (const std::size_t alignment : {1, 8, 4096, 64, 65536, 16}) {
        for (const std::size_t size : {1, 100, 4096, 5000}) {
            const Result<PhysAddr> address = this->allocator().allocate(size, alignment);
            ASSERT_TRUE(address) << size << " bytes aligned to " << alignment;
            EXPECT_TRUE(address->is_aligned(alignment));
            given.push_back({*address, size});
        }
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
        EXPECT_TRUE(this->in_ram(given[i]));
        for (std::size_t j = 0; j < i; ++j) {
            EXPECT_FALSE(given[i].overlaps(given[j])) << i << " and " << j;
        }
    }
    PhysAddr end;
    for (const PhysRange& range : this->allocator().hand_over()) {
        EXPECT_FALSE(range.empty());
        EXPECT_TRUE(range.base.is_aligned(k_page_size) && range.size % k_page_size == 0);
        EXPECT_GE(range.base, end);
        EXPECT_TRUE(this->in_ram(range));
        EXPECT_TRUE(std::none_of(given.begin(), given.end(), [&](const PhysRange& g) { return g.overlaps(range); }));
        end = range.end();
    }
    EXPECT_GT(end.value(), 0U);
}

TYPED_TEST_P(BootAllocatorConformance, TakesTheLowestAddressFirst) {
    const Result<PhysAddr> first = this->allocator().allocate(4096, 4096);
    const Result<PhysAddr> second = this->allocator().allocate(4096, 4096);
    ASSERT_TRUE(first && second);
    EXPECT_LT(*first, *second);
    const auto rest = this->allocator().hand_over();
    ASSERT_FALSE(rest.empty());
    EXPECT_GE(rest.front().base, *first);
}

TYPED_TEST_P(BootAllocatorConformance, GivesNothingAfterTheHandOver) {
    const auto once = this->allocator().hand_over();
    const std::vector<PhysRange> first{once.begin(), once.end()};
    const Result<PhysAddr> address = this->allocator().allocate(16, 16);
    ASSERT_FALSE(address);
    EXPECT_EQ(address.error(), Errno::busy);
    const auto again = this->allocator().hand_over();
    EXPECT_TRUE(std::equal(first.begin(), first.end(), again.begin(), again.end()));
}

TYPED_TEST_P(BootAllocatorConformance, KeepsTheTotal) {
    EXPECT_EQ(this->allocator().total(), this->ram_bytes());
    ASSERT_TRUE(this->allocator().allocate(4096, 4096));
    EXPECT_EQ(this->allocator().total(), this->ram_bytes());
    static_cast<void>(this->allocator().hand_over());
    EXPECT_EQ(this->allocator().total(), this->ram_bytes());
}

REGISTER_TYPED_TEST_SUITE_P(BootAllocatorConformance, RefusesWhatIsNotARequest, HasNoMoreThanThereIs,
                            GivesAlignedMemoryOnceAndHandsOverTheRest, TakesTheLowestAddressFirst,
                            GivesNothingAfterTheHandOver, KeepsTheTotal);

}  // namespace phx::memory
