#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

#include <arch/thread_head.hpp>
#include <arch/user_translation.hpp>
#include <sync/spinlock.hpp>
#include <wiring.hpp>

namespace phx::arch {
namespace {

using vm::PageKind;
using vm::Rights;
using vm::Translation;
using vm::UserTable;
using host::UserAccess;

constexpr UserAddr k_low{0x40'0000};
constexpr UserAddr k_high{(std::uint64_t{1} << 39) - k_page_size};

std::byte* reach(PhysAddr table) { return wiring::fake_kernel_map.to_virtual(table); }

class UserTablesTest : public ::testing::Test {
protected:
    UserTablesTest() {
        host::reset_user_mmus();
        host::reach_table = &reach;
        on_cpu(0);
        wiring::fake_cpus.reset();
        wiring::fake_cpus.set_online(0xf);
        restart();
        before_ = free_frames();
    }
    ~UserTablesTest() override {
        EXPECT_EQ(free_frames(), before_) << "tables leaked";
        on_cpu(0);
    }
    static void restart() {
        std::destroy_at(&tables());
        std::construct_at(&tables());
        EXPECT_TRUE(tables().init());
    }
    static UserTables& tables() { return wiring::dut; }
    static void on_cpu(unsigned cpu) { arch::current()->cpu = cpu; }
    static std::uint64_t free_frames() { return wiring::fake_page_allocator.stats().free_frames; }
    static void put(UserTable& table, UserAddr at, std::uint64_t frame, Rights rights, bool accessed = true) {
        ASSERT_TRUE(tables().prepare(table, at));
        tables().find(table, at)->set({Frame{frame}, rights, PageKind::anonymous, accessed});
    }
    static void activate(UserTable& table, unsigned cpu) {
        on_cpu(cpu);
        const InterruptGuard guard;
        tables().activate(table);
    }
    static std::optional<std::uint64_t> seen(UserAddr at, UserAccess kind = UserAccess::read) {
        const auto phys = host::access(at, kind);
        return phys ? std::optional{Frame::containing(*phys).number()} : std::nullopt;
    }

    std::uint64_t before_;
};

TEST_F(UserTablesTest, AnEntryKeepsWhatItIsTold) {
    UserTable table;
    ASSERT_TRUE(tables().create(table));
    EXPECT_EQ(tables().find(table, k_low), nullptr);
    ASSERT_TRUE(tables().prepare(table, k_low));
    UserEntry& entry = *tables().find(table, k_low);
    EXPECT_TRUE(entry.is_empty());
    for (const Rights rights : {Rights::none, Rights::read, Rights::read | Rights::write, Rights::read | Rights::execute,
                                Rights::read | Rights::write | Rights::execute}) {
        for (const PageKind kind : {PageKind::anonymous, PageKind::cached, PageKind::lasting}) {
            for (const bool accessed : {false, true}) {
                const Translation to{Frame{0xf'ffff'ffff}, rights, kind, accessed};
                entry.set(to);
                EXPECT_FALSE(entry.is_empty());
                EXPECT_EQ(entry.get(), to);
                entry.set_rights(Rights::none);
                EXPECT_EQ(entry.get(), (Translation{to.frame, Rights::none, kind, accessed}));
                entry.set_rights(rights);
                entry.set_accessed(!accessed);
                EXPECT_EQ(entry.get(), (Translation{to.frame, rights, kind, !accessed}));
                entry.clear();
                EXPECT_TRUE(entry.is_empty());
            }
        }
    }
    tables().destroy(table);
}

TEST_F(UserTablesTest, TheProcessorSeesWhatTheEntriesSay) {
    UserTable table;
    ASSERT_TRUE(tables().create(table));
    put(table, k_low, 5, Rights::read);
    put(table, k_low + k_page_size, 6, Rights::read | Rights::write);
    put(table, k_high, 7, Rights::read | Rights::execute);
    put(table, k_low + 2 * k_page_size, 8, Rights::none);
    put(table, k_low + 3 * k_page_size, 9, Rights::read, false);
    EXPECT_EQ(seen(k_low), std::nullopt) << "not active yet";
    activate(table, 0);
    EXPECT_EQ(seen(k_low), 5);
    EXPECT_EQ(seen(k_low, UserAccess::write), std::nullopt);
    EXPECT_EQ(seen(k_low, UserAccess::execute), std::nullopt);
    EXPECT_EQ(seen(k_low + k_page_size, UserAccess::write), 6);
    EXPECT_EQ(seen(k_low + k_page_size, UserAccess::execute), std::nullopt);
    EXPECT_EQ(seen(k_high, UserAccess::execute), 7);
    EXPECT_EQ(seen(k_high, UserAccess::write), std::nullopt);
    EXPECT_EQ(seen(k_low + 2 * k_page_size), std::nullopt);
    EXPECT_EQ(seen(k_low + 3 * k_page_size), std::nullopt);
    tables().find(table, k_low + 3 * k_page_size)->set_accessed(true);
    EXPECT_EQ(seen(k_low + 3 * k_page_size), 9);
    tables().retire(table);
    EXPECT_EQ(seen(k_low), std::nullopt) << "it has left the CPU";
    tables().destroy(table);
}

TEST_F(UserTablesTest, VisitsWhatIsThereInOrder) {
    UserTable table;
    ASSERT_TRUE(tables().create(table));
    std::vector<std::uint64_t> pages{0x400, 0x401, 0x5ff, 0x600, 0x40000, 0x7ff'ffff};
    for (const std::uint64_t page : pages) {
        put(table, UserAddr{page << k_page_shift}, page + 1, Rights::read);
    }
    const auto visit = [&table](UserAddr at, UserAddr end) {
        std::vector<std::uint64_t> visited;
        while (UserEntry* entry = tables().seek(table, at, end)) {
            for (const UserAddr stop = std::min(end, at.aligned_down(2 * MiB) + 2 * MiB); at < stop; at += k_page_size, ++entry) {
                if (!entry->is_empty()) {
                    EXPECT_EQ(entry->get().frame.number(), (at.value() >> k_page_shift) + 1);
                    visited.push_back(at.value() >> k_page_shift);
                }
            }
        }
        return visited;
    };
    EXPECT_EQ(visit(UserAddr{}, UserAddr{UserTables::user_size}), pages);
    EXPECT_EQ(visit(UserAddr{0x401'000}, UserAddr{0x600'000}), (std::vector<std::uint64_t>{0x401, 0x5ff}));
    tables().destroy(table);
}

TEST_F(UserTablesTest, WhatIsInvalidatedIsForgottenByEveryCpu) {
    UserTable table;
    ASSERT_TRUE(tables().create(table));
    put(table, k_low, 5, Rights::read);
    put(table, k_low + k_page_size, 6, Rights::read);
    for (const unsigned cpu : {0U, 2U}) {
        activate(table, cpu);
        EXPECT_EQ(seen(k_low), 5);
        EXPECT_EQ(seen(k_low + k_page_size), 6);
    }
    tables().find(table, k_low)->clear();
    EXPECT_EQ(seen(k_low), 5) << "the CPU of this test does remember";
    tables().invalidate(table, k_low, k_page_size);
    for (const unsigned cpu : {0U, 2U}) {
        on_cpu(cpu);
        EXPECT_EQ(seen(k_low), std::nullopt);
        EXPECT_EQ(seen(k_low + k_page_size), 6);
    }
    tables().find(table, k_low + k_page_size)->clear();
    tables().invalidate(table, k_low, std::uint64_t{1} << 30);
    EXPECT_EQ(host::invalidated_users, 1U) << "all at once";
    EXPECT_EQ(seen(k_low + k_page_size), std::nullopt);
    tables().retire(table);
    tables().invalidate(table, k_low, std::uint64_t{1} << 30);
    EXPECT_EQ(host::invalidated_users, 1U) << "nobody knows anything any more";
    tables().destroy(table);
}

TEST_F(UserTablesTest, LeavesEveryCpuBeforeItIsDestroyed) {
    UserTable table;
    UserTable other;
    ASSERT_TRUE(tables().create(table));
    ASSERT_TRUE(tables().create(other));
    put(table, k_low, 5, Rights::read);
    put(other, k_low, 6, Rights::read);
    for (const unsigned cpu : {1U, 2U, 3U}) {
        activate(table, cpu);
    }
    activate(other, 3);
    on_cpu(0);
    tables().retire(table);
    tables().destroy(table);
    EXPECT_EQ(wiring::fake_cpus.calls(), 2U) << "those that had it in place";
    for (const unsigned cpu : {0U, 1U, 2U}) {
        on_cpu(cpu);
        EXPECT_EQ(seen(k_low), std::nullopt);
    }
    on_cpu(3);
    EXPECT_EQ(seen(k_low), 6);
    tables().retire(other);
    tables().destroy(other);
}

TEST_F(UserTablesTest, PrunesTablesThatLieInTheRange) {
    UserTable table;
    ASSERT_TRUE(tables().create(table));
    for (std::uint64_t i = 0; i < 4; ++i) {
        ASSERT_TRUE(tables().prepare(table, UserAddr{i << 21}));
    }
    EXPECT_EQ(table.tables.load(), 6U) << "the root, one of the second level, four of the last";
    tables().prune(table, UserAddr{k_page_size}, UserAddr{(3 << 21) + k_page_size});
    EXPECT_EQ(table.tables.load(), 4U);
    EXPECT_NE(tables().find(table, UserAddr{0}), nullptr);
    EXPECT_EQ(tables().find(table, UserAddr{1 << 21}), nullptr);
    EXPECT_EQ(tables().find(table, UserAddr{2 << 21}), nullptr);
    EXPECT_NE(tables().find(table, UserAddr{3 << 21}), nullptr);
    ASSERT_TRUE(tables().prepare(table, UserAddr{1 << 21}));
    tables().destroy(table);
}

TEST_F(UserTablesTest, LargeOnesComeApartToo) {
    for (const bool shrunk : {false, true}) {
        UserTable table;
        ASSERT_TRUE(tables().create(table));
        for (std::uint64_t i = 0; i < 40; ++i) {
            ASSERT_TRUE(tables().prepare(table, UserAddr{i << 29}));
        }
        if (shrunk) {
            tables().prune(table, UserAddr{}, UserAddr{std::uint64_t{25} << 29});
        }
        tables().destroy(table);
    }
}

TEST_F(UserTablesTest, SaysWhenThereIsNoMemory) {
    UserTable table;
    ASSERT_TRUE(tables().create(table));
    wiring::fake_page_allocator.fail_after(1);
    const auto prepared = tables().prepare(table, k_low);
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error(), Errno::nomem);
    wiring::fake_page_allocator.fail_after(UINT64_MAX);
    tables().destroy(table);
}

// More tables than there are ASIDs, on several CPUs: nobody ever sees another one's pages, and what runs all the time keeps its own.
TEST_F(UserTablesTest, AsidsRunOutAndNobodyNotices) {
    constexpr std::size_t k_count = 700;
    std::vector<std::unique_ptr<UserTable>> all;
    for (std::size_t i = 0; i < k_count; ++i) {
        all.push_back(std::make_unique<UserTable>());
        ASSERT_TRUE(tables().create(*all.back()));
        put(*all.back(), k_low, 1000 + i, Rights::read);
    }
    activate(*all[0], 3);
    EXPECT_EQ(seen(k_low), 1000U);
    for (std::size_t round = 0; round < 3 * k_count; ++round) {
        const std::size_t chosen = 1 + (round * 37) % (k_count - 1);
        activate(*all[chosen], round % 3);
        EXPECT_EQ(seen(k_low), 1000 + chosen);
        on_cpu(3);
        ASSERT_EQ(seen(k_low), 1000U);
        if (round % 100 == 0) {
            activate(*all[0], 3);
            ASSERT_EQ(seen(k_low), 1000U);
        }
        std::set<std::uint64_t> asids;
        std::set<const UserTable*> running;
        for (unsigned cpu = 0; cpu < 4; ++cpu) {
            asids.insert(host::user_mmus[cpu].asid);
            running.insert(reinterpret_cast<const UserTable*>(host::user_mmus[cpu].root.value()));
        }
        ASSERT_GE(asids.size(), running.size());
    }
    for (const auto& table : all) {
        tables().retire(*table);
        tables().destroy(*table);
    }
}

}  // namespace
}  // namespace phx::arch
