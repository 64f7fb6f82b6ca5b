// What every SpinLock must do. A provider's test instantiates it: INSTANTIATE_TYPED_TEST_SUITE_P(TicketLock, SpinLockConformance, TicketLock).
#pragma once

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include <arch/thread_head.hpp>
#include <sync/interfaces/spin_lock.hpp>
#include <sync/interfaces/test_lock_class.hpp>

namespace phx::sync {

template <SpinLockType Lock>
class SpinLockConformance : public ::testing::Test {
protected:
    static constexpr LockClass k_class = TestLockClass::make("test");
    Lock lock_{k_class};
};

TYPED_TEST_SUITE_P(SpinLockConformance);

TYPED_TEST_P(SpinLockConformance, IsFreeAtFirstAndAfterwards) {
    EXPECT_FALSE(this->lock_.is_locked());
    this->lock_.lock();
    EXPECT_EQ(this->lock_.is_locked(), TypeParam::excludes_cpus);
    this->lock_.unlock();
    EXPECT_FALSE(this->lock_.is_locked());
}

TYPED_TEST_P(SpinLockConformance, TryLockGivesWayToAHolder) {
    EXPECT_TRUE(this->lock_.try_lock());
    if (TypeParam::excludes_cpus) {
        EXPECT_FALSE(this->lock_.try_lock());
    }
    this->lock_.unlock();
    EXPECT_TRUE(this->lock_.try_lock());
    this->lock_.unlock();
}

TYPED_TEST_P(SpinLockConformance, KeepsCpusApart) {
    if (!TypeParam::excludes_cpus) {
        GTEST_SKIP() << "for one CPU";
    }
    constexpr int rounds = 20000;
    long long sum = 0;
    std::vector<std::thread> cpus;
    for (unsigned cpu = 0; cpu < 4; ++cpu) {
        cpus.emplace_back([&, cpu] {
            arch::current()->cpu = cpu;
            for (int i = 0; i < rounds; ++i) {
                this->lock_.lock();
                ++sum;
                this->lock_.unlock();
            }
        });
    }
    for (auto& cpu : cpus) {
        cpu.join();
    }
    EXPECT_EQ(sum, 4LL * rounds);
}

REGISTER_TYPED_TEST_SUITE_P(SpinLockConformance, IsFreeAtFirstAndAfterwards, TryLockGivesWayToAHolder, KeepsCpusApart);

}  // namespace phx::sync
