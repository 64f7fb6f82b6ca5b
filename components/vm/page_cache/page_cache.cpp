#include <vm/page_cache/page_cache.hpp>

#include <algorithm>
#include <array>
#include <limits>

#include <arch/page.hpp>
#include <vm/page_cache/pages.hpp>
#include <sync/learnt_lock_class.hpp>

namespace phx::vm {
namespace {

// While somebody holds it no cache ends, so that a cache that a frame's record names can be looked at.
constexpr sync::LockClass k_no_cache_ends_class = sync::LearntLockClass::make("end of a page cache");
constinit Mutex k_no_cache_ends{k_no_cache_ends_class};

// Where reclaiming goes on; guarded by k_no_cache_ends.
constinit Frame k_hand;

constexpr int k_most_attempts = 8;  // to make room for a node of the tree

constexpr std::uint64_t k_everything = std::numeric_limits<std::uint64_t>::max();

[[nodiscard]] std::uint64_t pages_of(std::uint64_t size) { return (size >> k_page_shift) + ((size & (k_page_size - 1)) != 0 ? 1 : 0); }

}  // namespace

PageCache::~PageCache() {
    remove(0, k_everything);
    const MutexGuard guard{k_no_cache_ends};
}

// --- looking

CachedPage PageCache::look_up(std::uint64_t index) {
    const Frame frame = tree_.find(index);
    if (frame != Frame{}) [[likely]] {
        FrameRecord& record = record_of(frame);
        if (record.has(FrameRecord::busy)) {
            return {};
        }
        record.retain();
        return {frame, false};
    }
    return index < lent_pages_ ? CachedPage{lent_first_ + index, true} : CachedPage{};
}

CachedPage PageCache::find(std::uint64_t index) {
    const SpinGuard guard{lock_};
    return index < pages_of(size()) ? look_up(index) : CachedPage{};
}

void PageCache::find_some(std::uint64_t first, std::span<CachedPage> to) {
    const SpinGuard guard{lock_};
    const std::uint64_t end = pages_of(size());
    for (CachedPage& page : to) {
        page = first < end ? look_up(first) : CachedPage{};
        ++first;
    }
}

bool PageCache::is_there(std::uint64_t index) {
    const SpinGuard guard{lock_};
    return index < lent_pages_ || tree_.find(index) != Frame{};
}

void PageCache::put(CachedPage page) {
    if (!page.lent) {
        frames().release(page.frame);
    }
}

bool PageCache::has(CachedPage page, std::uint64_t index) {
    if (!page.lent) {
        const FrameRecord& record = record_of(page.frame);
        return record.cache.load(std::memory_order_acquire) == this && record.index.load(std::memory_order_relaxed) == index;
    }
    const SpinGuard guard{lock_};
    return index < lent_pages_ && tree_.find(index) == Frame{};
}

Result<CachedPage> PageCache::get(std::uint64_t index, bool to_write) {
    if (index >= pages_of(size())) {
        return Errno::nxio;
    }
    return obtain(index, to_write);
}

Result<CachedPage> PageCache::obtain(std::uint64_t index, bool to_write) {
    for (;;) {
        CachedPage page;
        {
            SpinGuard guard{lock_};
            arrivals_.wait(guard, [&]() __attribute__((no_thread_safety_analysis)) {  // under the guard
                page = look_up(index);
                return page || tree_.find(index) == Frame{};
            });
        }
        if (page && !(to_write && page.lent)) {
            return page;
        }
        const Result<CachedPage> made = page ? replace_lent(index, page.frame) : source_.keeps_pages() ? fill(index) : make(index);
        if (made || made.error() != Errno::exist) {
            return made;
        }
    }
}

// --- new pages

// With a record, and the caller as a second owner beside the cache that will be the first.
Result<Frame> PageCache::new_frame() {
    TRY(source_.reserve());
    const Result<Frame> frame = frames().allocate();
    if (!frame) {
        source_.unreserve(1);
        return frame.error();
    }
    const Result<FrameRecord*> record = frames().make_record(*frame);
    if (!record) {
        frames().release(*frame);
        source_.unreserve(1);
        return record.error();
    }
    (*record)->retain();
    return frame;
}

// What was not inserted.
void PageCache::discard(Frame frame) {
    frames().release(frame);
    frames().release(frame);
    source_.unreserve(1);
}

// On failure the frame is discarded.
Result<void> PageCache::insert(std::uint64_t index, Frame frame, std::uint32_t flags) {
    for (int attempt = 0;; ++attempt) {
        Errno error = Errno::exist;
        {
            const SpinGuard guard{lock_};
            if (tree_.find(index) == Frame{}) {
                const Result<void> inserted = tree_.insert(index, frame);
                if (inserted) {
                    FrameRecord& record = record_of(frame);
                    record.index.store(index, std::memory_order_relaxed);
                    record.flags.store(flags, std::memory_order_relaxed);
                    record.cache.store(this, std::memory_order_release);
                    pages_.fetch_add(1, std::memory_order_relaxed);
                    frames().count_cached(1);
                    return {};
                }
                error = inserted.error();
            }
        }
        if (error == Errno::nomem && attempt < k_most_attempts && frames().make_room()) {
            continue;
        }
        discard(frame);
        return error;
    }
}

Result<CachedPage> PageCache::make(std::uint64_t index) {
    const Frame frame = TRY(new_frame());
    arch::clear_page(bytes_of(frame));
    TRY(insert(index, frame, 0));
    return CachedPage{frame, false};
}

// Others that want the page wait until it has come, or has not.
Result<CachedPage> PageCache::fill(std::uint64_t index) {
    const Frame frame = TRY(new_frame());
    TRY(insert(index, frame, FrameRecord::busy));
    const Result<void> filled = source_.fill(index, PageBytes{bytes_of(frame), k_page_size});
    bool mine = false;
    {
        SpinGuard guard{lock_};
        FrameRecord& record = record_of(frame);
        record.reset(FrameRecord::busy);
        mine = record.cache.load(std::memory_order_relaxed) == this;
        if (mine && !filled) {
            detach(index, frame);
        }
        arrivals_.wake_all(guard);
    }
    if (filled && mine) {
        return CachedPage{frame, false};
    }
    frames().release(frame);
    if (mine) {
        frames().release(frame);
        source_.unreserve(1);
    }
    return filled ? Errno::exist : filled.error();  // gone while it came: truncated
}

// Its mappings are told, so that whoever reads sees what is written.
Result<CachedPage> PageCache::replace_lent(std::uint64_t index, Frame lent) {
    const Frame frame = TRY(new_frame());
    arch::copy_page(bytes_of(frame), bytes_of(lent));
    TRY(insert(index, frame, 0));
    unmap(index, index, false);
    return CachedPage{frame, false};
}

// --- pages that go

void PageCache::detach(std::uint64_t index, Frame frame) {
    tree_.erase(index);
    FrameRecord& record = record_of(frame);
    record.cache.store(nullptr, std::memory_order_release);
    record.flags.fetch_and(FrameRecord::busy, std::memory_order_relaxed);
    pages_.fetch_sub(1, std::memory_order_relaxed);
    frames().count_cached(-1);
}

void PageCache::remove(std::uint64_t first, std::uint64_t last) {
    for (bool more = true; more;) {
        std::array<Frame, 32> gone;
        std::size_t count = 0;
        {
            const SpinGuard guard{lock_};
            while (more && count < gone.size()) {
                const PageTree::Found found = tree_.next(first);
                more = found.frame != Frame{} && found.index <= last;
                if (more) {
                    detach(found.index, found.frame);
                    gone[count++] = found.frame;
                    first = found.index;
                }
            }
        }
        for (std::size_t i = 0; i < count; ++i) {
            frames().release(gone[i]);
        }
        if (count != 0) {
            source_.unreserve(count);
        }
    }
}

void PageCache::unmap(std::uint64_t first, std::uint64_t last, bool copies_too) {
    const MutexGuard guard{mappings_mutex_};
    for (CacheMapping& mapping : mappings_) {
        mapping.unmap_pages(first, last, copies_too);
    }
}

// Within one page.
Result<void> PageCache::clear_part(std::uint64_t from, std::uint64_t to) {
    const std::uint64_t index = from >> k_page_shift;
    if (from == to || (!is_there(index) && !source_.keeps_pages())) {
        return {};
    }
    const CachedPage page = TRY(obtain(index, true));
    const std::uint64_t in = from & (k_page_size - 1);
    std::fill_n(bytes_of(page.frame) + in, to - from, std::byte{0});
    make_dirty(page);
    put(page);
    return {};
}

// What a program has written beyond the end through a mapping does not become part of the file when that grows.
void PageCache::clear_tail(std::uint64_t size) {
    const std::uint64_t in = size & (k_page_size - 1);
    if (in == 0) {
        return;
    }
    if (const CachedPage page = find(size >> k_page_shift)) {
        if (!page.lent) {
            std::fill_n(bytes_of(page.frame) + in, k_page_size - in, std::byte{0});
        }
        put(page);
    }
}

Result<void> PageCache::resize(std::uint64_t size) {
    const std::uint64_t before = this->size();
    if (size < before) {
        size_.store(size, std::memory_order_release);
        const Result<void> cleared = clear_part(size, align_up(size, k_page_size));
        if (!cleared) {
            size_.store(before, std::memory_order_release);
            return cleared;
        }
        const std::uint64_t first = pages_of(size);
        {
            const SpinGuard guard{lock_};
            lent_pages_ = std::min(lent_pages_, first);
        }
        remove(first, k_everything);
        unmap(first, k_everything, true);
        return {};
    }
    clear_tail(before);
    size_.store(size, std::memory_order_release);
    return {};
}

// Whole pages. What comes back from somewhere must be overwritten; else nothing is a page of zeros.
Result<void> PageCache::clear_pages(std::uint64_t first, std::uint64_t last) {
    std::uint64_t kept_end = 0;
    {
        const SpinGuard guard{lock_};
        kept_end = source_.keeps_pages() ? last + 1 : std::min(last + 1, lent_pages_);
    }
    for (; first < kept_end; ++first) {
        TRY(clear_part(first << k_page_shift, (first + 1) << k_page_shift));
    }
    if (first <= last) {
        remove(first, last);
        unmap(first, last, false);
    }
    return {};
}

Result<void> PageCache::punch(std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t end = offset + std::min(size, k_everything - offset);
    const std::uint64_t first = align_up(offset, k_page_size);
    const std::uint64_t last = align_down(end, k_page_size);
    if (first > last || first < offset) {
        return clear_part(offset, end);
    }
    TRY(clear_part(offset, first));
    TRY(clear_part(last, end));
    return first == last ? Result<void>{} : clear_pages(first >> k_page_shift, (last >> k_page_shift) - 1);
}

Result<void> PageCache::allocate(std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t end = pages_of(offset + size);
    for (std::uint64_t index = offset >> k_page_shift; index < end; ++index) {
        if (!is_there(index)) {
            put(TRY(obtain(index, false)));
        }
    }
    return {};
}

void PageCache::lend(Frame first, std::uint64_t size) {
    const SpinGuard guard{lock_};
    ASSERT(tree_.empty() && lent_pages_ == 0);
    lent_first_ = first;
    lent_pages_ = pages_of(size);
    lent_executable_ = 0;
    size_.store(size, std::memory_order_release);
}

// --- what lies where

Result<std::uint64_t> PageCache::next_data(std::uint64_t offset) {
    if (source_.keeps_pages()) {
        return offset;
    }
    const SpinGuard guard{lock_};
    const std::uint64_t index = offset >> k_page_shift;
    if (index < lent_pages_) {
        return offset;
    }
    const PageTree::Found found = tree_.next(index);
    const std::uint64_t at = std::max(offset, found.index << k_page_shift);
    return found.frame == Frame{} || at >= size() ? Result<std::uint64_t>{Errno::nxio} : at;
}

std::uint64_t PageCache::next_hole(std::uint64_t offset) {
    if (source_.keeps_pages()) {
        return size();
    }
    std::uint64_t index = offset >> k_page_shift;
    while (index < pages_of(size()) && is_there(index)) {
        ++index;
    }
    return std::min(size(), std::max(offset, index << k_page_shift));
}

// --- writing back, executing

void PageCache::make_dirty(CachedPage page) {
    FrameRecord& record = record_of(page.frame);
    if (tracks_writes() && !record.has(FrameRecord::dirty)) {
        record.set(FrameRecord::dirty);
    }
    if (record.has(FrameRecord::executable)) {
        record.reset(FrameRecord::executable);
    }
}

Result<void> PageCache::write_back(std::uint64_t offset, std::uint64_t size) {
    if (!source_.keeps_pages() || size == 0) {
        return {};
    }
    const std::uint64_t last = (offset + std::min(size, k_everything - offset) - 1) >> k_page_shift;
    for (std::uint64_t index = offset >> k_page_shift;; ++index) {
        CachedPage page;
        {
            const SpinGuard guard{lock_};
            PageTree::Found found = tree_.next(index);
            while (found.frame != Frame{} && found.index <= last && !record_of(found.frame).has(FrameRecord::dirty)) {
                found = tree_.next(found.index + 1);
            }
            if (found.frame == Frame{} || found.index > last) {
                return {};
            }
            index = found.index;
            page = look_up(index);
        }
        // From here on a write makes it dirty again, and it is not lost whether this sees it or not.
        record_of(page.frame).reset(FrameRecord::dirty);
        {
            const MutexGuard guard{mappings_mutex_};
            for (CacheMapping& mapping : mappings_) {
                mapping.protect_pages(index, index);
            }
        }
        if (index == this->size() >> k_page_shift) {
            clear_tail(this->size());
        }
        const Result<void> written = source_.write_back(index, PageBytes{bytes_of(page.frame), k_page_size});
        if (!written) {
            record_of(page.frame).set(FrameRecord::dirty);
        }
        put(page);
        TRY(written);
    }
}

// Lent pages have no records: they are made ready in up to 64 parts.
void PageCache::make_executable(CachedPage page, std::uint64_t index) {
    if (!page.lent) {
        FrameRecord& record = record_of(page.frame);
        if (!record.has(FrameRecord::executable)) {
            arch::sync_instructions(bytes_of(page.frame));
            record.set(FrameRecord::executable);
        }
        return;
    }
    Frame first;
    std::uint64_t count = 0;
    std::uint64_t bit = 0;
    {
        const SpinGuard guard{lock_};
        const std::uint64_t part = std::max<std::uint64_t>(16, (lent_pages_ + 63) / 64);
        bit = std::uint64_t{1} << (index / part % 64);
        if (index >= lent_pages_ || (lent_executable_ & bit) != 0) {
            return;
        }
        first = lent_first_ + index / part * part;
        count = std::min(part, lent_pages_ - index / part * part);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        arch::sync_instructions(bytes_of(first + i));
    }
    const SpinGuard guard{lock_};
    lent_executable_ |= bit;
}

// --- reclaiming: a hand goes round over the frames, and takes what was not used since it came by last

std::size_t PageCache::reclaim(std::size_t frames_wanted) {
    const MutexGuard guard{k_no_cache_ends};
    std::size_t given = 0;
    int rounds = 0;
    while (given < frames_wanted && rounds < 3) {
        const Frame frame = frames().next_record(k_hand);
        if (frame == Frame{}) {
            k_hand = {};
            ++rounds;
            continue;
        }
        k_hand = frame + 1;
        const FrameRecord& record = record_of(frame);
        PageCache* const cache = record.cache.load(std::memory_order_acquire);
        if (cache != nullptr && cache->source_.keeps_pages() && cache->try_reclaim(record.index.load(std::memory_order_relaxed), frame)) {
            ++given;
        }
    }
    return given;
}

// The record may have changed hands since it was read: what counts is what the tree says.
bool PageCache::try_reclaim(std::uint64_t index, Frame frame) {
    {
        const SpinGuard guard{lock_};
        if (tree_.find(index) != frame) {
            return false;
        }
        FrameRecord& record = record_of(frame);
        if (record.has(FrameRecord::busy) || record.has(FrameRecord::dirty)) {
            return false;
        }
        if (record.has(FrameRecord::referenced)) {
            record.reset(FrameRecord::referenced);
            return false;
        }
    }
    {
        const MutexGuard guard{mappings_mutex_};
        bool used = false;
        for (CacheMapping& mapping : mappings_) {
            used = mapping.take_accessed(index) || used;
        }
        if (used) {
            return false;
        }
        for (CacheMapping& mapping : mappings_) {
            mapping.unmap_pages(index, index, false);
        }
    }
    {
        const SpinGuard guard{lock_};
        // References are taken under the lock, or by who has one: with none but the cache's there cannot be another.
        if (tree_.find(index) != frame || record_of(frame).has(FrameRecord::dirty) || frames().is_shared(frame)) {
            return false;
        }
        detach(index, frame);
    }
    frames().release(frame);
    source_.unreserve(1);
    return true;
}

}  // namespace phx::vm
