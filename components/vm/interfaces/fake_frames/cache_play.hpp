// Sources and mappings for the tests of page caches.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include <vm/page_cache/page_cache.hpp>
#include <wiring.hpp>

namespace phx::vm {

inline std::byte* test_bytes(Frame frame) { return wiring::frames.bytes(frame); }

// In memory only, with a limit.
class MemorySource final : public PageSource {
public:
    Result<void> reserve() override {
        if (used == limit) {
            return Errno::nospc;
        }
        ++used;
        return {};
    }
    void unreserve(std::uint64_t pages) override { used -= pages; }

    std::uint64_t used = 0;
    std::uint64_t limit = ~std::uint64_t{0};
};

// A disk.
class DiskSource final : public PageSource {
public:
    [[nodiscard]] bool keeps_pages() const override { return true; }
    Result<void> fill(std::uint64_t index, PageBytes page) override {
        ++fills;
        if (fails) {
            return Errno::io;
        }
        const auto found = blocks.find(index);
        if (found == blocks.end()) {
            std::memset(page.data(), 0, page.size());
        } else {
            std::memcpy(page.data(), found->second.data(), page.size());
        }
        return {};
    }
    Result<void> write_back(std::uint64_t index, PageBytes page) override {
        ++writes;
        if (fails) {
            return Errno::io;
        }
        blocks[index].assign(page.begin(), page.end());
        return {};
    }

    // As a file system does when the file has become shorter.
    void truncate(std::uint64_t size) {
        blocks.erase(blocks.lower_bound((size + k_page_size - 1) / k_page_size), blocks.end());
        if (const auto last = blocks.find(size / k_page_size); last != blocks.end()) {
            std::fill(last->second.begin() + static_cast<std::ptrdiff_t>(size % k_page_size), last->second.end(), std::byte{0});
        }
    }

    std::map<std::uint64_t, std::vector<std::byte>> blocks;
    unsigned fills = 0;
    unsigned writes = 0;
    bool fails = false;
};

// A program's view of a cache: pages that it holds, some of which it may write to.
class TestMapping final : public CacheMapping {
public:
    explicit TestMapping(PageCache& cache) : cache_{cache} {
        const MutexGuard guard{cache_.mappings_mutex()};
        cache_.add_mapping(*this);
    }
    ~TestMapping() {
        unmap_pages(0, ~std::uint64_t{0}, true);
        const MutexGuard guard{cache_.mappings_mutex()};
        cache_.remove_mapping(*this);
    }
    // As a fault does; the page's bytes.
    Result<std::byte*> touch(std::uint64_t index, bool write) {
        const auto have = pages.find(index);
        if (have != pages.end() && (!write || have->second.writable)) {
            have->second.accessed = true;
            return test_bytes(have->second.page.frame);
        }
        unmap_pages(index, index, false);
        const CachedPage page = TRY(cache_.get(index, write));
        if (write) {
            cache_.make_dirty(page);
        }
        EXPECT_TRUE(cache_.has(page, index));
        pages[index] = {page, write || (!cache_.tracks_writes() && !page.lent), true};
        return test_bytes(page.frame);
    }
    void unmap_pages(std::uint64_t first, std::uint64_t last, bool) override {
        for (auto at = pages.lower_bound(first); at != pages.end() && at->first <= last; at = pages.erase(at)) {
            cache_.put(at->second.page);
        }
    }
    void protect_pages(std::uint64_t first, std::uint64_t last) override {
        for (auto at = pages.lower_bound(first); at != pages.end() && at->first <= last; ++at) {
            at->second.writable = false;
        }
    }
    bool take_accessed(std::uint64_t index) override {
        const auto found = pages.find(index);
        return found != pages.end() && std::exchange(found->second.accessed, false);
    }

    struct Held {
        CachedPage page;
        bool writable = false;
        bool accessed = false;
    };
    std::map<std::uint64_t, Held> pages;

private:
    PageCache& cache_;
};

// Frames and heap as they were, at a test's end.
class Books {
public:
    void check() const {
        EXPECT_EQ(wiring::frames.stats().users, users_);
        EXPECT_EQ(wiring::frames.stats().cached, 0U);
        EXPECT_EQ(wiring::frames.nodes(), nodes_);
    }

private:
    std::uint64_t users_ = wiring::frames.stats().users;
    std::uint64_t nodes_ = wiring::frames.nodes();
};

// Frames in a row that are nobody's, as an archive in memory is.
class Archive {
public:
    explicit Archive(std::uint64_t pages) : memory_{static_cast<std::byte*>(std::aligned_alloc(k_page_size, pages * k_page_size))} {}
    ~Archive() { std::free(memory_); }
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;
    [[nodiscard]] Frame first() const { return Frame::containing(PhysAddr{reinterpret_cast<std::uintptr_t>(memory_)}); }

private:
    std::byte* memory_;
};

}  // namespace phx::vm
