#include <sync/checked_lock/checked_lock.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <arch/thread_head.hpp>
#include <debug/interfaces/fake_panic/fake_panic.hpp>
#include <locks/ranked_locks.hpp>
#include <sync/interfaces/spin_lock_conformance.hpp>
#include <sync/interfaces/test_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <wiring.hpp>

namespace phx::sync {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(CheckedLock, SpinLockConformance, CheckedLock);

// What the console and the panic say is put out for a death test to read.
void say_last_words(auto&& body) {
    try {
        body();
    } catch (const debug::PanicCalled& called) {
        std::fputs(wiring::fake_console.output().c_str(), stderr);
        std::fputs(called.what(), stderr);
        std::abort();
    }
}

void on_cpu(unsigned cpu, auto&& body) {
    arch::current()->cpu = cpu;
    body();
    arch::current()->cpu = 0;
}

TEST(CheckedLockReport, KnowsWhoHoldsWhatSinceWhen) {
    static constexpr LockClass k_outer = TestLockClass::make("outer");
    static constexpr LockClass k_inner = TestLockClass::make("inner");
    CheckedLock outer{k_outer};
    CheckedLock inner{k_inner};
    std::array<HeldLock, 4> buffer;
    on_cpu(2, [&] {
        wiring::fake_clock.set(Nanoseconds{100});
        outer.lock();
        wiring::fake_clock.set(Nanoseconds{300});
        EXPECT_TRUE(inner.try_lock());
    });
    EXPECT_TRUE(wiring::dut.held(0, buffer).empty());
    const auto held = wiring::dut.held(2, buffer);
    ASSERT_EQ(held.size(), 2U);
    EXPECT_EQ(held[0].lock_class, &k_outer);
    EXPECT_EQ(held[0].since, Nanoseconds{100});
    EXPECT_EQ(held[1].lock, &inner);
    EXPECT_FALSE(held[1].waiting);
    on_cpu(2, [&] {
        wiring::fake_clock.set(Nanoseconds{10'000'000'100});
        outer.unlock();
        EXPECT_EQ(wiring::dut.held(2, buffer).size(), 1U) << "out of order";
        inner.unlock();
    });
    EXPECT_TRUE(wiring::dut.held(2, buffer).empty());
    EXPECT_EQ(wiring::dut.longest().lock_class, &k_outer);
    EXPECT_EQ(wiring::dut.longest().duration, Nanoseconds{10'000'000'000});
}

TEST(CheckedLockReport, RemembersOrders) {
    static constexpr LockClass k_first = TestLockClass::make("first");
    static constexpr LockClass k_second = TestLockClass::make("second");
    static constexpr LockClass k_tried = TestLockClass::make("tried");
    CheckedLock first{k_first};
    CheckedLock second{k_second};
    CheckedLock tried{k_tried};
    for (int i = 0; i < 2; ++i) {
        first.lock();
        second.lock();
        EXPECT_TRUE(tried.try_lock());
        tried.unlock();
        second.unlock();
        first.unlock();
    }
    std::array<LockEdge, 64> buffer;
    int found = 0;
    for (const LockEdge& edge : wiring::dut.edges(buffer, 0)) {
        found += edge.before == &k_first && edge.after == &k_second ? 1 : 0;
        EXPECT_NE(edge.after, &k_tried) << "trying waits for nobody";
    }
    EXPECT_EQ(found, 1);
    EXPECT_TRUE(wiring::dut.edges(buffer, 1000).empty());
}

TEST(CheckedLockReport, TheOtherWayRoundIsAllowedWhereOneOnlyTries) {
    static constexpr LockClass k_first = TestLockClass::make("first");
    static constexpr LockClass k_second = TestLockClass::make("second");
    CheckedLock first{k_first};
    CheckedLock second{k_second};
    first.lock();
    second.lock();
    second.unlock();
    first.unlock();
    second.lock();
    EXPECT_TRUE(first.try_lock());
    first.unlock();
    second.unlock();
}

TEST(CheckedLockDeathTest, AnInversionShowsBothChains) {
    static constexpr LockClass k_a = TestLockClass::make("alpha");
    static constexpr LockClass k_b = TestLockClass::make("beta");
    static constexpr LockClass k_c = TestLockClass::make("gamma");
    const auto invert = [&] {
        CheckedLock a{k_a};
        CheckedLock b{k_b};
        CheckedLock c{k_c};
        a.lock();
        b.lock();
        b.unlock();
        a.unlock();
        b.lock();
        c.lock();
        c.unlock();
        b.unlock();
        c.lock();
        a.lock();
    };
    EXPECT_DEATH(say_last_words(invert), "CPU 0 takes spinlock alpha at 0x[^@]*holds[^@]*gamma taken at 0x[^@]*opposite order[^@]*"
                                         "alpha .taken at 0x[^@]*was held when beta was taken[^@]*"
                                         "beta .taken at 0x[^@]*was held when gamma was taken[^@]*"
                                         "order inverted: alpha is taken under gamma, but was held before that earlier");
}

TEST(CheckedLockRanks, AreThoseOfTheManifest) {
    EXPECT_STREQ(locks::ranked_locks::outer.name, "ranked_locks.outer");
    EXPECT_LT(0, locks::ranked_locks::outer.rank);
    EXPECT_LT(locks::ranked_locks::outer.rank, locks::ranked_locks::middle.rank);
    EXPECT_LT(locks::ranked_locks::middle.rank, locks::ranked_locks::inner.rank);
    EXPECT_NE(locks::ranked_locks::lonely.rank, 0);
}

TEST(CheckedLockRanks, AllowWhatFollowsFromTheManifest) {
    CheckedLock outer{locks::ranked_locks::outer};
    CheckedLock inner{locks::ranked_locks::inner};
    outer.lock();
    inner.lock();
    inner.unlock();
    outer.unlock();
    std::array<LockEdge, 64> buffer;
    int declared = 0;
    int seen = 0;
    for (const LockEdge& edge : wiring::dut.edges(buffer, 0)) {
        declared += edge.before == &locks::ranked_locks::outer && edge.after == &locks::ranked_locks::middle && edge.declared_at != nullptr ? 1 : 0;
        seen += edge.before == &locks::ranked_locks::outer && edge.after == &locks::ranked_locks::inner && edge.declared_at == nullptr ? 1 : 0;
    }
    EXPECT_EQ(declared, 1);
    EXPECT_EQ(seen, 1);
}

TEST(CheckedLockDeathTest, ARankTooLowShowsBothChains) {
    const auto invert = [] {
        CheckedLock outer{locks::ranked_locks::outer};
        CheckedLock inner{locks::ranked_locks::inner};
        inner.lock();
        outer.lock();
    };
    EXPECT_DEATH(say_last_words(invert),
                 "CPU 0 takes spinlock ranked_locks.outer at 0x[^@]*holds[^@]*ranked_locks.inner taken at 0x[^@]*opposite order:\n"
                 "  ranked_locks.outer of rank [0-9]+ is held when ranked_locks.middle of rank [0-9]+ is taken: "
                 "components/sync/interfaces/ranked_locks/component.yaml:9\n"
                 "  ranked_locks.middle of rank [0-9]+ is held when ranked_locks.inner of rank [0-9]+ is taken: "
                 "components/sync/interfaces/ranked_locks/component.yaml:10\n"
                 "spinlock order inverted: ranked_locks.outer of rank [0-9]+ is taken under ranked_locks.inner of rank [0-9]+");
}

// Whether the rank happens to be above or below.
TEST(CheckedLockDeathTest, AnOrderThatNoManifestDeclaresIsFound) {
    const auto nest = [](const LockClass& before, const LockClass& after) {
        CheckedLock first{before};
        CheckedLock second{after};
        first.lock();
        second.lock();
    };
    ASSERT_LT(locks::ranked_locks::lonely.rank, locks::ranked_locks::outer.rank);
    EXPECT_DEATH(say_last_words([&] { nest(locks::ranked_locks::lonely, locks::ranked_locks::outer); }),
                 "no manifest says so: name it in `before:` or `calls:` of ranked_locks.lonely[^@]*"
                 "order not declared: ranked_locks.outer is taken under ranked_locks.lonely");
    EXPECT_DEATH(say_last_words([&] { nest(locks::ranked_locks::outer, locks::ranked_locks::lonely); }),
                 "no manifest says that either is taken inside the other[^@]*"
                 "order inverted: ranked_locks.lonely of rank [0-9]+ is taken under ranked_locks.outer");
}

TEST(CheckedLockDeathTest, LocksOfOneClassAreTakenByAddress) {
    static constexpr LockClass k_class = TestLockClass::make("queue");
    const auto invert = [&] {
        std::array<CheckedLock, 2> locks{CheckedLock{k_class}, CheckedLock{k_class}};
        locks[0].lock();
        locks[1].lock();
        locks[1].unlock();
        locks[0].unlock();
        locks[1].lock();
        locks[0].lock();
    };
    EXPECT_DEATH(say_last_words(invert), "two locks of class queue are not taken in the order of their addresses");
}

TEST(CheckedLockDeathTest, TakingAgainIsFound) {
    static constexpr LockClass k_class = TestLockClass::make("again");
    EXPECT_DEATH(say_last_words([&] {
                     CheckedLock lock{k_class};
                     lock.lock();
                     lock.lock();
                 }),
                 "holds, in the order of taking:\n  again taken at[^@]*CPU 0 takes spinlock again, which it holds");
}

TEST(CheckedLockDeathTest, ReleaseByAnotherCpuIsFound) {
    static constexpr LockClass k_class = TestLockClass::make("mine");
    EXPECT_DEATH(say_last_words([&] {
                     CheckedLock lock{k_class};
                     on_cpu(1, [&] { lock.lock(); });
                     on_cpu(3, [&] { lock.unlock(); });
                 }),
                 "CPU 3 releases spinlock mine, which CPU 1 holds");
    EXPECT_DEATH(say_last_words([&] {
                     CheckedLock lock{k_class};
                     lock.unlock();
                 }),
                 "CPU 0 releases spinlock mine, which nobody holds");
}

// The clock goes on while the lock is waited for.
TEST(CheckedLockDeathTest, WaitingTooLongNamesTheHolder) {
    static constexpr LockClass k_class = TestLockClass::make("held");
    EXPECT_DEATH(say_last_words([&] {
                     CheckedLock lock{k_class};
                     std::thread{[&] {
                         arch::current()->cpu = 1;
                         lock.lock();
                     }}.join();
                     std::thread{[] {
                         for (int i = 0; i < 100; ++i) {
                             wiring::fake_clock.advance(Nanoseconds{1'000'000'000});
                             std::this_thread::sleep_for(std::chrono::milliseconds{1});
                         }
                     }}.detach();
                     lock.lock();
                 }),
                 "CPU 0 has waited [0-9]+ ms for spinlock held, which CPU 1 holds");
}

}  // namespace
}  // namespace phx::sync
