// Random reads, writes, truncations, mappings and reclaiming against a string.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>

#include <vm/interfaces/fake_frames/cache_play.hpp>

namespace phx::vm {
namespace {

constexpr std::uint64_t k_most = 90 * k_page_size;  // two levels of the tree

std::uint64_t random_offset() {
    return *rc::gen::weightedOneOf<std::uint64_t>({{3, rc::gen::inRange<std::uint64_t>(0, 5 * k_page_size)},
                                                   {1, rc::gen::inRange<std::uint64_t>(0, k_most)},
                                                   {1, rc::gen::map(rc::gen::inRange<std::uint64_t>(0, 6), [](std::uint64_t i) { return i * k_page_size; })}});
}
std::uint64_t random_size() {
    return *rc::gen::weightedOneOf<std::uint64_t>({{2, rc::gen::inRange<std::uint64_t>(0, 100)}, {1, rc::gen::inRange<std::uint64_t>(0, 3 * k_page_size)}});
}

class Play {
public:
    Play(PageCache& cache, std::string start, DiskSource* disk) : cache_{cache}, model_{std::move(start)}, disk_{disk} {
        for (auto& mapping : mappings_) {
            mapping = std::make_unique<TestMapping>(cache);
        }
    }

    void step() {
        switch (*rc::gen::inRange(0, 9)) {
        case 0:
        case 1:
            return write();
        case 2:
            return read();
        case 3:
            return resize();
        case 4:
        case 5:
            return touch();
        case 6:
            return punch();
        case 7:
            RC_ASSERT(cache_.allocate(random_offset(), random_size()));
            return;
        default:
            PageCache::reclaim(*rc::gen::inRange<std::size_t>(0, 4));
            RC_ASSERT(cache_.write_back(random_offset(), random_size()));
        }
    }
    void compare() {
        RC_ASSERT(cache_.size() == model_.size());
        std::string all(model_.size() + 10, '?');
        all.resize(cache_.read(0, std::as_writable_bytes(std::span{all})).value());
        RC_ASSERT(std::mismatch(all.begin(), all.end(), model_.begin(), model_.end()) == std::pair(all.end(), model_.end()));
        for (std::uint64_t at = 0; at < model_.size(); at += k_page_size) {
            const Result<std::uint64_t> next = cache_.next_data(at);
            const bool hole = !next || *next >= at + k_page_size;
            if (hole) {
                RC_ASSERT(model_.find_first_not_of('\0', at) >= std::min<std::size_t>(at + k_page_size, model_.size()));
                RC_ASSERT(cache_.next_hole(at) == at);
            }
        }
    }

private:
    void write() {
        const std::uint64_t offset = random_offset();
        const std::string text(random_size(), static_cast<char>('a' + *rc::gen::inRange(0, 26)));
        Transfer transfer{const_cast<char*>(text.data()), text.size()};
        RC_ASSERT(cache_.write(transfer, offset).value() == text.size());
        if (!text.empty()) {
            model_.resize(std::max(model_.size(), offset + text.size()));
            model_.replace(offset, text.size(), text);
        }
    }
    void read() {
        const std::uint64_t offset = random_offset();
        std::string text(random_size(), '?');
        text.resize(cache_.read(offset, std::as_writable_bytes(std::span{text})).value());
        RC_ASSERT(text.size() <= model_.size() - std::min(offset, model_.size()));
        RC_ASSERT(model_.compare(std::min(offset, model_.size()), text.size(), text) == 0);
    }
    void resize() {
        const std::uint64_t size = random_offset();
        RC_ASSERT(cache_.resize(size));
        model_.resize(size);
        if (disk_ != nullptr) {
            disk_->truncate(size);
        }
        for (const auto& mapping : mappings_) {
            RC_ASSERT(mapping->pages.lower_bound((size + k_page_size - 1) / k_page_size) == mapping->pages.end());
        }
    }
    void punch() {
        const std::uint64_t offset = random_offset();
        const std::uint64_t size = random_size();
        RC_ASSERT(cache_.punch(offset, size));
        for (std::uint64_t i = offset; i < std::min(offset + size, model_.size()); ++i) {
            model_[i] = '\0';
        }
    }
    // Through one of two mappings.
    void touch() {
        TestMapping& mapping = *mappings_[*rc::gen::inRange(0, 2)];
        const std::uint64_t at = random_offset();
        const bool writes = *rc::gen::inRange(0, 2) != 0;
        const Result<std::byte*> page = mapping.touch(at >> k_page_shift, writes);
        RC_ASSERT(static_cast<bool>(page) == (at >> k_page_shift < (model_.size() + k_page_size - 1) / k_page_size));
        if (!page) {
            return;
        }
        const std::uint64_t in = at & (k_page_size - 1);
        if (at < model_.size()) {
            RC_ASSERT(static_cast<char>((*page)[in]) == model_[at]);
        }
        if (writes) {
            (*page)[in] = std::byte{'#'};  // beyond the end it must not be seen by anybody who reads
            if (at < model_.size()) {
                model_[at] = '#';
            }
        }
    }

    PageCache& cache_;
    std::string model_;
    DiskSource* disk_;
    std::unique_ptr<TestMapping> mappings_[2];
};

void play(PageCache& cache, const std::string& start, DiskSource* disk = nullptr) {
    Play play{cache, start, disk};
    const int steps = *rc::gen::inRange(0, 120);
    for (int i = 0; i < steps; ++i) {
        play.step();
    }
    play.compare();
}

void check_books(const Books& books) {
    books.check();
    RC_ASSERT(!::testing::Test::HasFailure());
}

RC_GTEST_PROP(PageCacheProperty, AFileInMemoryIsAString, ()) {
    const Books books;
    {
        MemorySource source;
        {
            PageCache cache{source};
            play(cache, "");
            RC_ASSERT(source.used == cache.pages());
        }
        RC_ASSERT(source.used == 0U);
    }
    check_books(books);
}

RC_GTEST_PROP(PageCacheProperty, AFileOnADiskIsAString, ()) {
    const Books books;
    DiskSource source;
    {
        PageCache cache{source};
        play(cache, "", &source);
    }
    check_books(books);
}

RC_GTEST_PROP(PageCacheProperty, AnArchiveThatIsWrittenToIsAString, ()) {
    const Books books;
    const std::string text(static_cast<std::size_t>(*rc::gen::inRange<std::uint64_t>(1, 6 * k_page_size)), 'A');
    const Archive archive{6};
    std::memset(test_bytes(archive.first()), 0, 6 * k_page_size);
    std::memcpy(test_bytes(archive.first()), text.data(), text.size());
    {
        MemorySource source;
        PageCache cache{source};
        cache.lend(archive.first(), text.size());
        play(cache, text);
    }
    std::string after(text.size(), '?');
    std::memcpy(after.data(), test_bytes(archive.first()), text.size());
    RC_ASSERT(after.compare(text) == 0);
    check_books(books);
}

}  // namespace
}  // namespace phx::vm
