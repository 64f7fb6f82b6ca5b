// The pages of a file in memory, shared between read(2), write(2) and mmap(2).
//
//   class TmpfsFile : public fs::Inode, vm::PageSource { ... vm::PageCache pages_{*this}; };
//   Result<std::size_t> read(Transfer& to, std::uint64_t offset) override { return file_.pages().read(to, offset); }
//
// Thread context, may sleep, unless said otherwise. Whoever writes or resizes is kept apart by the owner (an inode's `entries`); readers and page
// faults come at any time, and take none of the owner's locks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/mutex.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>
#include <vm/interfaces/frames.hpp>
#include <vm/page_cache/page_tree.hpp>
#include <vm/user_memory/transfer.hpp>

namespace phx::vm {

class PageCache;

using PageBytes = std::span<std::byte, k_page_size>;

// Where the pages of a cache come from, and who keeps account of them. The defaults are a file that lies in memory and nowhere else.
class PageSource {
public:
    // True: fill() can make a page again that has been given back, so that clean pages may go when memory runs out. Constant.
    [[nodiscard]] virtual bool keeps_pages() const { return false; }
    // All of a page that the cache does not have, zeros beyond the file's end. Asked only where keeps_pages(). EIO. No lock is held.
    virtual Result<void> fill(std::uint64_t /*index*/, PageBytes /*page*/) { return Errno::io; }
    // A page that was written to since it came. Only where keeps_pages(). No lock is held. EIO
    virtual Result<void> write_back(std::uint64_t /*index*/, PageBytes /*page*/) { return {}; }
    // A page of memory is about to be added, or pages have gone; lent ones do not count. ENOSPC. No lock is held.
    virtual Result<void> reserve() { return {}; }
    virtual void unreserve(std::uint64_t /*pages*/) {}
    // A program may write to it through a mapping from now on: a time to be kept. No lock of the cache is held.
    virtual void touched() {}

protected:
    ~PageSource() = default;
};

// What a page of a cache is for a page fault.
struct CachedPage {
    Frame frame;        // number 0: none
    bool lent = false;  // not counted, not freed, never to be written to

    [[nodiscard]] explicit operator bool() const { return frame != Frame{}; }
};

// One mapping of a cache in an address space: what is told when pages go. In the cache's list of them.
class CacheMapping : public ListNode {
public:
    // The pages [first, last] are translated nowhere in it when this returns; of these translations' references it has let go. With `copies_too`, what
    // the program has made of them for itself goes as well (truncate(2)). Called with the mappings' mutex held; does not sleep.
    virtual void unmap_pages(std::uint64_t first, std::uint64_t last, bool copies_too) = 0;
    // They cannot be written to until the next fault. As above.
    virtual void protect_pages(std::uint64_t first, std::uint64_t last) = 0;
    // Whether the page was used since it was last asked; that is forgotten. As above.
    virtual bool take_accessed(std::uint64_t index) = 0;

protected:
    constexpr CacheMapping() = default;
    ~CacheMapping() = default;
};

class PageCache {
public:
    explicit PageCache(PageSource& source) : source_{source} {}
    // Nobody maps it or uses it any more.
    ~PageCache();
    PageCache(const PageCache&) = delete;
    PageCache& operator=(const PageCache&) = delete;

    // The file's size in bytes. Any context.
    [[nodiscard]] std::uint64_t size() const { return size_.load(std::memory_order_acquire); }
    // Pages in memory, lent ones not counted. Any context.
    [[nodiscard]] std::uint64_t pages() const { return pages_.load(std::memory_order_relaxed); }
    [[nodiscard]] PageSource& source() const { return source_; }

    // read(2) at `offset`: up to the end. EFAULT, EIO, ENOMEM if there is nothing before it.
    Result<std::size_t> read(Transfer& to, std::uint64_t offset);
    // write(2) at `offset`; grows the file as it goes. EFAULT, ENOSPC, EIO, ENOMEM if nothing was written.
    Result<std::size_t> write(Transfer& from, std::uint64_t offset);
    // truncate(2). Pages beyond the end go, from all mappings too; the rest of the last one becomes zeros. EIO, ENOMEM: the last page was not to be had
    Result<void> resize(std::uint64_t size);
    // The size of a source that says what it is, before anybody uses the cache.
    void set_size(std::uint64_t size) { size_.store(size, std::memory_order_release); }
    // fallocate(2): memory for the range, also beyond the end. ENOSPC, ENOMEM: some of it may be there
    Result<void> allocate(std::uint64_t offset, std::uint64_t size);
    // fallocate(FALLOC_FL_PUNCH_HOLE): zeros, without memory for whole pages.
    Result<void> punch(std::uint64_t offset, std::uint64_t size);
    // lseek(2), SEEK_DATA and SEEK_HOLE: the first at or after `offset`, which lies before the end; ENXIO: no data follows.
    Result<std::uint64_t> next_data(std::uint64_t offset);
    std::uint64_t next_hole(std::uint64_t offset);
    // Pages [0, count) are these frames, which stay somebody else's and hold what they hold for good: an archive in memory. While the cache is
    // empty; the size is set by it, and the last page holds zeros beyond. A page that is written to is copied first.
    void lend(Frame first, std::uint64_t size);
    // Writes dirty pages of the range back. EIO
    Result<void> write_back(std::uint64_t offset, std::uint64_t size);
    // The kernel's own bytes, as far as the file goes (an ELF header, a script's first line): the bytes read.
    Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> to);

    // --- for page faults

    // A page that is there, with a reference unless it is lent. Any context. None: it is missing, on its way, or lies beyond the end.
    CachedPage find(std::uint64_t index);
    // Several in a row. Any context.
    void find_some(std::uint64_t first, std::span<CachedPage> to);
    // Brings it in, or makes it; as find(). ENXIO: beyond the end; ENOSPC, EIO, ENOMEM. May sleep long: no lock is held. `to_write`: it is not a lent one.
    Result<CachedPage> get(std::uint64_t index, bool to_write);
    // Lets go of a reference. Any context.
    void put(CachedPage page);
    // Of a page with a reference that a program is about to write to. Any context.
    void make_dirty(CachedPage page);
    // Whether who may write to it has to say so first (make_dirty): its mappings begin without that right.
    [[nodiscard]] bool tracks_writes() const { return source_.keeps_pages(); }
    // Whether it is still this cache's; asked under the lock of the page table that it is about to be put into, so that whoever removes the page either
    // is seen here or finds the translation.
    [[nodiscard]] bool has(CachedPage page, std::uint64_t index);
    // With a reference: its contents can be executed from now on.
    void make_executable(CachedPage page, std::uint64_t index);

    // Mappings, under their mutex. Whoever holds it allocates nothing that may sleep: reclaiming takes it.
    Mutex& mappings_mutex() __attribute__((lock_returned(mappings_mutex_))) { return mappings_mutex_; }
    void add_mapping(CacheMapping& mapping) __attribute__((requires_capability(mappings_mutex_))) { mappings_.push_back(mapping); }
    void remove_mapping(CacheMapping& mapping) __attribute__((requires_capability(mappings_mutex_))) {
        IntrusiveList<CacheMapping>::remove(mapping);
    }

    // Gives back clean pages that nobody has used for a while; how many. Of all caches whose sources keep pages. One caller at a time.
    static std::size_t reclaim(std::size_t frames_wanted);

private:
    static constexpr sync::LockClass k_lock_class = sync::LearntLockClass::make("page cache");

    // Within the file or not. `find` with a reference; busy ones are waited for.
    Result<CachedPage> obtain(std::uint64_t index, bool to_write);
    // Each makes a page where there is none, with a reference; EEXIST: look again.
    Result<CachedPage> make(std::uint64_t index);
    Result<CachedPage> fill(std::uint64_t index);
    Result<CachedPage> replace_lent(std::uint64_t index, Frame lent);
    Result<CachedPage> write_new(Transfer& from, std::uint64_t index, std::size_t& moved);
    Result<Frame> new_frame();
    void discard(Frame frame);
    Result<void> insert(std::uint64_t index, Frame frame, std::uint32_t flags);

    [[nodiscard]] CachedPage look_up(std::uint64_t index) __attribute__((requires_capability(lock_)));
    [[nodiscard]] bool is_there(std::uint64_t index);
    void detach(std::uint64_t index, Frame frame) __attribute__((requires_capability(lock_)));
    void remove(std::uint64_t first, std::uint64_t last);
    void unmap(std::uint64_t first, std::uint64_t last, bool copies_too);
    Result<void> clear_part(std::uint64_t from, std::uint64_t to);
    Result<void> clear_pages(std::uint64_t first, std::uint64_t last);
    void clear_tail(std::uint64_t size);
    void grow_to(std::uint64_t size);
    [[nodiscard]] bool try_reclaim(std::uint64_t index, Frame frame);

    PageSource& source_;
    std::atomic<std::uint64_t> size_{0};
    std::atomic<std::uint64_t> pages_{0};
    SpinLock lock_{k_lock_class};
    PageTree tree_ __attribute__((guarded_by(lock_)));
    WaitQueue arrivals_{"page of a file"};  // guarded by lock_
    Frame lent_first_ __attribute__((guarded_by(lock_)));
    std::uint64_t lent_pages_ __attribute__((guarded_by(lock_))) = 0;
    std::uint64_t lent_executable_ __attribute__((guarded_by(lock_))) = 0;  // bit n: so are the lent pages of part n of 64
    static constexpr sync::LockClass k_mappings_mutex_class = sync::LearntLockClass::make("mappings of a file");
    Mutex mappings_mutex_{k_mappings_mutex_class};
    IntrusiveList<CacheMapping> mappings_ __attribute__((guarded_by(mappings_mutex_)));
};

}  // namespace phx::vm
