// What every provider of BootInfo keeps. Traits: `using Provider`, and `static Provider& ready()`: a provider after its
// init, for a machine of the traits' choice that has at least one range of memory.
#pragma once

#include <gtest/gtest.h>

#include <boot/interfaces/boot_info.hpp>

namespace phx::boot {

template <class Traits>
class BootInfoConformance : public ::testing::Test {
protected:
    static_assert(BootInfo<typename Traits::Provider>);
    typename Traits::Provider& info_ = Traits::ready();
};

TYPED_TEST_SUITE_P(BootInfoConformance);

TYPED_TEST_P(BootInfoConformance, MemoryAscendsWithoutOverlap) {
    const auto memory = this->info_.memory();
    ASSERT_FALSE(memory.empty());
    for (std::size_t i = 0; i < memory.size(); ++i) {
        EXPECT_FALSE(memory[i].empty());
        EXPECT_GT(memory[i].end(), memory[i].base);
        if (i > 0) {
            EXPECT_GE(memory[i].base, memory[i - 1].end());
        }
    }
}

TYPED_TEST_P(BootInfoConformance, ReservedRegionsAreNotEmpty) {
    for (const ReservedRegion& region : this->info_.reserved()) {
        EXPECT_FALSE(region.range.empty());
    }
}

TYPED_TEST_P(BootInfoConformance, AnInitrdLiesInMemoryAndIsReserved) {
    const PhysRange initrd = this->info_.initrd();
    if (initrd.empty()) {
        GTEST_SKIP() << "no initrd";
    }
    bool in_memory = false;
    for (const PhysRange& range : this->info_.memory()) {
        in_memory = in_memory || range.contains(initrd);
    }
    bool reserved = false;
    for (const ReservedRegion& region : this->info_.reserved()) {
        reserved = reserved || region.range.contains(initrd);
    }
    EXPECT_TRUE(in_memory);
    EXPECT_TRUE(reserved);
}

TYPED_TEST_P(BootInfoConformance, ThereIsAProcessor) {
    EXPECT_GE(this->info_.cpu_count(), 1U);
    EXPECT_LE(this->info_.cpus().size(), this->info_.cpu_count());
}

TYPED_TEST_P(BootInfoConformance, AnswersStayTheSame) {
    EXPECT_EQ(this->info_.memory().data(), this->info_.memory().data());
    EXPECT_EQ(this->info_.reserved().data(), this->info_.reserved().data());
    EXPECT_EQ(this->info_.bootargs(), this->info_.bootargs());
    EXPECT_EQ(this->info_.psci_conduit(), this->info_.psci_conduit());
}

REGISTER_TYPED_TEST_SUITE_P(BootInfoConformance, MemoryAscendsWithoutOverlap, ReservedRegionsAreNotEmpty,
                            AnInitrdLiesInMemoryAndIsReserved, ThereIsAProcessor, AnswersStayTheSame);

} // namespace phx::boot
