#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <arch/page.hpp>
#include <arch/user_access.hpp>
#include <vm/interfaces/fake_frames/cache_play.hpp>

namespace phx::vm {
namespace {

using arch::host::k_user_base;
using arch::host::user_memory;
using arch::host::UserPage;

class PageCacheTest : public ::testing::Test {
protected:
    PageCacheTest() { user_memory.reset(); }
    ~PageCacheTest() override {
        cache_.reset();
        disk_cache_.reset();
        books_.check();
        EXPECT_EQ(memory_.used, 0U);
    }
    static std::size_t write(PageCache& cache, std::uint64_t offset, std::string_view text) {
        Transfer transfer{const_cast<char*>(text.data()), text.size()};
        return cache.write(transfer, offset).value();
    }
    static std::string read(PageCache& cache, std::uint64_t offset, std::size_t size) {
        std::string text(size, '?');
        text.resize(cache.read(offset, std::as_writable_bytes(std::span{text})).value());
        return text;
    }

    Books books_;
    MemorySource memory_;
    DiskSource disk_;
    std::unique_ptr<PageCache> cache_ = std::make_unique<PageCache>(memory_);
    std::unique_ptr<PageCache> disk_cache_ = std::make_unique<PageCache>(disk_);
};

TEST_F(PageCacheTest, AFileGrowsAsItIsWritten) {
    EXPECT_EQ(read(*cache_, 0, 10), "");
    EXPECT_EQ(write(*cache_, 0, "hello"), 5U);
    EXPECT_EQ(cache_->size(), 5U);
    EXPECT_EQ(write(*cache_, 4094, "world"), 5U);
    EXPECT_EQ(cache_->size(), 4099U);
    EXPECT_EQ(cache_->pages(), 2U);
    EXPECT_EQ(read(*cache_, 0, 6), std::string("hello\0", 6));
    EXPECT_EQ(read(*cache_, 4092, 100), std::string("\0\0world", 7));
    EXPECT_EQ(read(*cache_, 5000, 1), "");
}

TEST_F(PageCacheTest, HolesTakeNoMemory) {
    write(*cache_, std::uint64_t{1} << 40, "x");
    EXPECT_EQ(cache_->pages(), 1U);
    EXPECT_EQ(read(*cache_, 12345, 3), std::string(3, '\0'));
    EXPECT_EQ(cache_->pages(), 1U);
    EXPECT_EQ(cache_->next_data(5).value(), std::uint64_t{1} << 40);
    EXPECT_EQ(cache_->next_hole(5), 5U);
    EXPECT_EQ(cache_->next_hole(std::uint64_t{1} << 40), (std::uint64_t{1} << 40) + 1);
    ASSERT_TRUE(cache_->resize((std::uint64_t{1} << 40) + 9000));
    EXPECT_EQ(cache_->next_data((std::uint64_t{1} << 40) + 4096).error(), Errno::nxio);
}

TEST_F(PageCacheTest, TruncationForgetsWhatWasBeyond) {
    write(*cache_, 0, std::string(10'000, 'a'));
    ASSERT_TRUE(cache_->resize(4100));
    EXPECT_EQ(cache_->pages(), 2U);
    ASSERT_TRUE(cache_->resize(10'000));
    EXPECT_EQ(read(*cache_, 4098, 5000), "aa" + std::string(5000 - 2, '\0'));
    ASSERT_TRUE(cache_->resize(0));
    EXPECT_EQ(cache_->pages(), 0U);
    EXPECT_EQ(cache_->get(0, false).error(), Errno::nxio);
}

TEST_F(PageCacheTest, TruncationReachesMappings) {
    write(*cache_, 0, std::string(3 * k_page_size, 'a'));
    TestMapping mapping{*cache_};
    for (std::uint64_t i = 0; i < 3; ++i) {
        EXPECT_EQ(*mapping.touch(i, true).value(), std::byte{'a'});
    }
    ASSERT_TRUE(cache_->resize(k_page_size + 1));
    EXPECT_EQ(mapping.pages.size(), 2U);
    EXPECT_EQ(mapping.touch(1, false).value()[1], std::byte{0});
    EXPECT_EQ(mapping.touch(2, false).error(), Errno::nxio);
    mapping.touch(1, true).value()[100] = std::byte{'z'};  // beyond the end
    ASSERT_TRUE(cache_->resize(2 * k_page_size));
    EXPECT_EQ(read(*cache_, k_page_size + 100, 1), std::string(1, '\0'));
}

TEST_F(PageCacheTest, AMappingSeesWhatIsWritten) {
    write(*cache_, 0, "abc");
    TestMapping mapping{*cache_};
    std::byte* const page = mapping.touch(0, true).value();
    write(*cache_, 1, "X");
    EXPECT_EQ(page[1], std::byte{'X'});
    page[2] = std::byte{'Y'};
    EXPECT_EQ(read(*cache_, 0, 3), "aXY");
}

TEST_F(PageCacheTest, StopsWhereTheLimitIs) {
    memory_.limit = 2;
    EXPECT_EQ(write(*cache_, 0, std::string(4 * k_page_size, 'a')), 2 * k_page_size);
    EXPECT_EQ(cache_->size(), 2 * k_page_size);
    Transfer more{const_cast<char*>("x"), 1};
    EXPECT_EQ(cache_->write(more, 2 * k_page_size).error(), Errno::nospc);
    EXPECT_EQ(cache_->allocate(0, 3 * k_page_size).error(), Errno::nospc);
    ASSERT_TRUE(cache_->punch(0, k_page_size));
    EXPECT_EQ(memory_.used, 1U);
    ASSERT_TRUE(cache_->allocate(0, k_page_size));
    EXPECT_EQ(memory_.used, 2U);
}

TEST_F(PageCacheTest, GivesUpWhenThereIsNoMemory) {
    write(*cache_, 0, "y");
    for (std::uint64_t successes = 0; successes < 5; ++successes) {
        wiring::frames.fail_nodes_after(successes);
        Transfer transfer{const_cast<char*>("x"), 1};
        const Result<std::size_t> written = cache_->write(transfer, std::uint64_t{1} << 35);
        ASSERT_FALSE(written) << successes;
        EXPECT_EQ(written.error(), Errno::nomem);
        EXPECT_EQ(cache_->pages(), 1U);
        EXPECT_EQ(read(*cache_, 0, 2), "y");
    }
    wiring::frames.fail_nodes_after(UINT64_MAX);
    wiring::frames.fail_frames_after(0);
    Transfer transfer{const_cast<char*>("x"), 1};
    EXPECT_EQ(cache_->write(transfer, 5000).error(), Errno::nomem);
    wiring::frames.fail_frames_after(UINT64_MAX);
    EXPECT_EQ(memory_.used, 1U);
}

TEST_F(PageCacheTest, WhatAProgramDoesNotHaveIsNotWritten) {
    user_memory.reset(UserPage::absent);
    user_memory.pages[2] = UserPage::none;
    Transfer from{UserAddr{k_user_base}, 4 * k_page_size};
    EXPECT_EQ(cache_->write(from, 0).value(), 2 * k_page_size);
    EXPECT_EQ(cache_->size(), 2 * k_page_size);
    EXPECT_EQ(cache_->pages(), 2U);
    Transfer rest{UserAddr{k_user_base + 2 * k_page_size}, 5};
    EXPECT_EQ(cache_->write(rest, 2 * k_page_size).error(), Errno::fault);
    EXPECT_EQ(cache_->pages(), 2U);
    Transfer to{UserAddr{k_user_base + k_page_size}, 2 * k_page_size};
    EXPECT_EQ(cache_->read(to, 0).value(), k_page_size);
    Transfer nowhere{UserAddr{k_user_base + 2 * k_page_size}, 1};
    EXPECT_EQ(cache_->read(nowhere, 0).error(), Errno::fault);
    Transfer hole{UserAddr{k_user_base + k_page_size}, 2 * k_page_size};
    ASSERT_TRUE(cache_->resize(10 * k_page_size));
    EXPECT_EQ(cache_->read(hole, 5 * k_page_size).value(), k_page_size);
}

TEST_F(PageCacheTest, APageFaultMayMakeThePageThatIsBeingWritten) {
    static PageCache* cache = nullptr;
    cache = cache_.get();
    ASSERT_TRUE(cache_->resize(k_page_size));
    user_memory.reset(UserPage::absent);
    user_memory.bytes[7] = std::byte{'q'};
    user_memory.on_fault = [] { cache->put(cache->get(0, true).value()); };
    Transfer from{UserAddr{k_user_base}, k_page_size};
    EXPECT_EQ(cache_->write(from, 0).value(), k_page_size);
    EXPECT_EQ(read(*cache_, 7, 1), "q");
    EXPECT_EQ(cache_->pages(), 1U);
}

TEST_F(PageCacheTest, LentPagesAreUsedInPlaceUntilWritten) {
    std::array<Frame, 3> archive;
    const Archive pages{3};
    const Frame first = pages.first();
    for (std::uint64_t i = 0; i < archive.size(); ++i) {
        archive[i] = first + i;
        std::memset(test_bytes(archive[i]), 'a' + static_cast<int>(i), k_page_size);
    }
    std::memset(test_bytes(archive[2]) + 10, 0, k_page_size - 10);
    cache_->lend(first, 2 * k_page_size + 10);
    EXPECT_EQ(cache_->size(), 2 * k_page_size + 10);
    EXPECT_EQ(read(*cache_, k_page_size - 1, 2), "ab");
    EXPECT_EQ(cache_->pages(), 0U);
    TestMapping reader{*cache_};
    EXPECT_EQ(reader.touch(1, false).value(), test_bytes(archive[1]));
    write(*cache_, k_page_size + 5, "X");
    EXPECT_EQ(cache_->pages(), 1U);
    EXPECT_TRUE(reader.pages.empty());
    EXPECT_EQ(reader.touch(1, false).value()[5], std::byte{'X'});
    EXPECT_EQ(test_bytes(archive[1])[5], std::byte{'b'});
    EXPECT_NE(reader.touch(0, true).value(), test_bytes(archive[0]));
    EXPECT_EQ(cache_->next_data(0).value(), 0U);
    ASSERT_TRUE(cache_->resize(2 * k_page_size + 5));
    ASSERT_TRUE(cache_->resize(2 * k_page_size + 10));
    EXPECT_EQ(read(*cache_, 2 * k_page_size + 4, 10), std::string("c\0\0\0\0\0", 6));
    ASSERT_TRUE(cache_->punch(0, k_page_size));
    EXPECT_EQ(read(*cache_, 0, 1), std::string(1, '\0'));
    ASSERT_TRUE(cache_->resize(0));
    write(*cache_, 0, "n");
    EXPECT_EQ(read(*cache_, 0, 5), "n");
    reader.unmap_pages(0, 100, true);
}

TEST_F(PageCacheTest, CodeIsMadeFitOnceAndAgainWhenItWasWrittenTo) {
    auto& fit = arch::host::executable_pages;
    write(*cache_, 0, "code");
    const CachedPage page = cache_->find(0);
    fit.clear();
    cache_->make_executable(page, 0);
    EXPECT_TRUE(fit.contains(test_bytes(page.frame)));
    fit.clear();
    cache_->make_executable(page, 0);
    EXPECT_TRUE(fit.empty());
    write(*cache_, 0, "cod2");
    cache_->make_executable(page, 0);
    EXPECT_EQ(fit.size(), 1U);
    cache_->put(page);

    const Archive pages{100};
    const Frame first = pages.first();
    PageCache lent{memory_};
    lent.lend(first, 100 * k_page_size);
    fit.clear();
    for (std::uint64_t i = 0; i < 100; ++i) {
        lent.make_executable(lent.find(i), i);
        EXPECT_TRUE(fit.contains(test_bytes(first + i)));
    }
    fit.clear();
    lent.make_executable(lent.find(50), 50);
    EXPECT_TRUE(fit.empty());
}

TEST_F(PageCacheTest, ADiskIsReadOnceAndWrittenBackWhenAsked) {
    disk_.blocks[1].assign(k_page_size, std::byte{'d'});
    disk_cache_->set_size(3 * k_page_size);
    EXPECT_EQ(read(*disk_cache_, k_page_size, 3), "ddd");
    EXPECT_EQ(read(*disk_cache_, k_page_size, 3), "ddd");
    EXPECT_EQ(disk_.fills, 1U);
    write(*disk_cache_, k_page_size, "D");
    TestMapping mapping{*disk_cache_};
    mapping.touch(2, true).value()[3] = std::byte{'m'};
    ASSERT_TRUE(disk_cache_->write_back(0, ~std::uint64_t{0}));
    EXPECT_EQ(disk_.writes, 2U);
    EXPECT_EQ(disk_.blocks[1][0], std::byte{'D'});
    EXPECT_EQ(disk_.blocks[2][3], std::byte{'m'});
    ASSERT_TRUE(disk_cache_->write_back(0, ~std::uint64_t{0}));
    EXPECT_EQ(disk_.writes, 2U) << "clean";
    EXPECT_FALSE(mapping.pages[2].writable);
    mapping.touch(2, true).value()[3] = std::byte{'n'};
    ASSERT_TRUE(disk_cache_->write_back(2 * k_page_size, 1));
    EXPECT_EQ(disk_.blocks[2][3], std::byte{'n'});
}

TEST_F(PageCacheTest, AnErrorOfTheDiskIsTold) {
    disk_cache_->set_size(2 * k_page_size);
    disk_.fails = true;
    std::array<std::byte, 4> buffer;
    EXPECT_EQ(disk_cache_->read(0, buffer).error(), Errno::io);
    EXPECT_EQ(disk_cache_->pages(), 0U);
    disk_.fails = false;
    write(*disk_cache_, 0, "x");
    disk_.fails = true;
    EXPECT_EQ(disk_cache_->write_back(0, 1).error(), Errno::io);
    disk_.fails = false;
    ASSERT_TRUE(disk_cache_->write_back(0, 1));
    EXPECT_EQ(disk_.blocks[0][0], std::byte{'x'}) << "it was not forgotten";
}

TEST_F(PageCacheTest, CleanPagesThatNobodyUsesAreReclaimed) {
    disk_cache_->set_size(8 * k_page_size);
    TestMapping mapping{*disk_cache_};
    for (std::uint64_t i = 0; i < 4; ++i) {
        disk_cache_->put(disk_cache_->get(i, false).value());
    }
    write(*disk_cache_, 0, "dirty");
    ASSERT_TRUE(mapping.touch(1, false));
    read(*disk_cache_, 2 * k_page_size, 1);
    write(*cache_, 0, "not to be had again");
    EXPECT_EQ(PageCache::reclaim(1), 1U);
    EXPECT_EQ(disk_cache_->pages(), 3U);
    EXPECT_FALSE(disk_cache_->find(3)) << "the one that nobody has used";
    EXPECT_EQ(PageCache::reclaim(100), 2U) << "the others after a second chance";
    EXPECT_TRUE(mapping.pages.empty());
    EXPECT_EQ(PageCache::reclaim(100), 0U);
    EXPECT_EQ(read(*disk_cache_, 0, 5), "dirty");
    EXPECT_EQ(read(*cache_, 0, 3), "not");
}

TEST_F(PageCacheTest, APageThatSomebodyHoldsIsNotReclaimed) {
    disk_cache_->set_size(k_page_size);
    const CachedPage held = disk_cache_->get(0, false).value();
    EXPECT_EQ(PageCache::reclaim(1), 0U);
    EXPECT_TRUE(disk_cache_->has(held, 0));
    disk_cache_->put(held);
    EXPECT_EQ(PageCache::reclaim(1), 1U);
}

TEST(PageTree, IsWhatAMapIs) {
    Books books;
    {
        PageTree tree;
        std::map<std::uint64_t, std::uint64_t> model;
        std::uint64_t random = 1;
        const auto next = [&random] { return random = random * 6364136223846793005U + 1442695040888963407U, random >> 20; };
        for (int round = 0; round < 20'000; ++round) {
            const std::uint64_t index = next() % 2 == 0 ? next() % 200 : ~std::uint64_t{0} >> (next() % 64) ^ next() % 3;
            if (next() % 3 != 0 && !model.contains(index)) {
                ASSERT_TRUE(tree.insert(index, Frame{static_cast<std::uint64_t>(round) + 1}));
                model[index] = static_cast<std::uint64_t>(round) + 1;
            } else {
                const auto found = model.find(index);
                EXPECT_EQ(tree.erase(index).number(), found == model.end() ? 0 : found->second);
                model.erase(index);
            }
            const std::uint64_t probe = next() % 2 == 0 ? index : next() % 200;
            const auto found = model.find(probe);
            ASSERT_EQ(tree.find(probe).number(), found == model.end() ? 0 : found->second);
            const auto after = model.lower_bound(probe);
            const PageTree::Found seen = tree.next(probe);
            ASSERT_EQ(seen.frame.number(), after == model.end() ? 0 : after->second) << probe;
            if (after != model.end()) {
                ASSERT_EQ(seen.index, after->first);
            }
        }
        for (const auto& [index, frame] : model) {
            tree.erase(index);
        }
        EXPECT_TRUE(tree.empty());
    }
    books.check();
}

}  // namespace
}  // namespace phx::vm
