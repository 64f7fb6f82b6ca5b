// read(2) and write(2). While bytes are copied to or from a program only the page is held, by a reference: the program's page may have to be brought
// in, and that may want this very cache.
#include <algorithm>

#include <vm/page_cache/page_cache.hpp>
#include <vm/page_cache/pages.hpp>

namespace phx::vm {

Result<std::size_t> PageCache::read(Transfer& to, std::uint64_t offset) {
    std::size_t done = 0;
    while (to.left() != 0) {
        const std::uint64_t end = size();
        if (offset >= end) {
            break;
        }
        const std::uint64_t index = offset >> k_page_shift;
        const std::size_t in = offset & (k_page_size - 1);
        const std::size_t part = std::min({k_page_size - in, to.left(), static_cast<std::size_t>(end - offset)});
        CachedPage page = find(index);
        if (!page && source_.keeps_pages()) {
            const Result<CachedPage> got = get(index, false);
            if (!got) {
                return done != 0 || got.error() == Errno::nxio ? Result{done} : got.error();
            }
            page = *got;
        }
        Result<std::size_t> moved = std::size_t{0};
        if (page) [[likely]] {
            moved = to.put(bytes_of(page.frame) + in, part);
            if (!page.lent) {
                FrameRecord& record = record_of(page.frame);
                if (tracks_writes() && !record.has(FrameRecord::referenced)) {
                    record.set(FrameRecord::referenced);
                }
                frames().release(page.frame);
            }
        } else {
            moved = to.put_zeros(part);  // a hole
        }
        if (!moved) {
            return done != 0 ? Result{done} : moved.error();
        }
        done += *moved;
        offset += *moved;
        if (*moved != part) {
            break;
        }
    }
    return done;
}

Result<std::size_t> PageCache::read(std::uint64_t offset, std::span<std::byte> to) {
    Transfer transfer{to.data(), to.size()};
    return read(transfer, offset);
}

void PageCache::grow_to(std::uint64_t size) {
    if (size > this->size()) {
        size_.store(size, std::memory_order_release);
    }
}

Result<std::size_t> PageCache::write(Transfer& from, std::uint64_t offset) {
    std::size_t done = 0;
    const auto end_with = [&](Errno error) { return done != 0 ? Result{done} : Result<std::size_t>{error}; };
    if (offset > size()) {
        clear_tail(size());
    }
    while (from.left() != 0) {
        const std::uint64_t index = offset >> k_page_shift;
        const std::size_t in = offset & (k_page_size - 1);
        const std::size_t part = std::min(k_page_size - in, from.left());
        CachedPage page;
        {
            const SpinGuard guard{lock_};
            page = look_up(index);
        }
        Result<std::size_t> moved = std::size_t{0};
        if (!page || page.lent) {
            // No page is made for bytes that are not there.
            if (const Result<void> there = from.bring_in(false); !there) {
                return end_with(there.error());
            }
            std::size_t already = 0;
            const bool whole = part == k_page_size && !page && !source_.keeps_pages();
            const Result<CachedPage> made = whole ? write_new(from, index, already) : obtain(index, true);
            if (!made) {
                return end_with(made.error());
            }
            page = *made;
            moved = already;
        }
        if (*moved == 0) {
            moved = from.take(bytes_of(page.frame) + in, part);
        }
        make_dirty(page);
        if (moved) {
            grow_to(offset + *moved);
        }
        frames().release(page.frame);
        if (!moved) {
            return end_with(moved.error());
        }
        done += *moved;
        offset += *moved;
        if (*moved != part) {
            break;
        }
    }
    return done;
}

// A whole page: what is about to be overwritten need not be cleared. A page fault may have made one meanwhile, which takes the bytes then.
Result<CachedPage> PageCache::write_new(Transfer& from, std::uint64_t index, std::size_t& moved) {
    const Frame frame = TRY(new_frame());
    const Result<std::size_t> taken = from.take(bytes_of(frame), k_page_size);
    if (!taken) {
        discard(frame);
        return taken.error();
    }
    moved = *taken;
    std::fill_n(bytes_of(frame) + moved, k_page_size - moved, std::byte{0});
    frames().record(frame)->retain();  // through a failed insertion
    const Result<void> inserted = insert(index, frame, 0);
    if (inserted) {
        frames().release(frame);
        return CachedPage{frame, false};
    }
    Result<CachedPage> page = inserted.error() == Errno::exist ? obtain(index, true) : inserted.error();
    if (page) {
        std::copy_n(bytes_of(frame), moved, bytes_of(page->frame));
    }
    frames().release(frame);
    return page;
}

}  // namespace phx::vm
