// An address space and its areas.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/ref.hpp>
#include <base/types.hpp>
#include <base/user.hpp>
#include <fs/interfaces/file.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/rw_lock.hpp>
#include <sync/spinlock.hpp>
#include <vm/interfaces/virtual_memory.hpp>
#include <vm/page_cache/page_cache.hpp>
#include <vm/virtual_memory/area_tree.hpp>

namespace phx::vm {

// Shared anonymous memory: a file without a name.
class SharedMemory final : public RefCounted, public PageSource {
public:
    explicit SharedMemory(std::uint64_t size) { cache.set_size(size); }
    void end();

    PageCache cache{*this};
};

// What an area is, apart from where.
struct AreaKind {
    std::uint32_t protection = 0;      // PROT_READ, PROT_WRITE, PROT_EXEC
    std::uint32_t most_protection = 0; // mprotect(2) gives no more than this
    bool shared = false;
    bool grows_down = false;
    bool reserves = true;              // not MAP_NORESERVE
    bool locked = false;               // mlock(2)
    bool skips_fork = false;           // MADV_DONTFORK
    bool wiped_by_fork = false;        // MADV_WIPEONFORK
    bool skips_dump = false;           // MADV_DONTDUMP
    Ref<fs::File> file;
    Ref<SharedMemory> memory;          // shared anonymous
    PageCache* cache = nullptr;        // of one of these; null: anonymous or special
    std::span<const Frame> frames;     // special: the kernel's
    std::string_view name;             // of these

    [[nodiscard]] bool is_special() const { return frames.data() != nullptr; }
    [[nodiscard]] bool is_anonymous() const { return cache == nullptr && !is_special(); }
    // Written to by the program alone, which counts as its data.
    [[nodiscard]] bool is_data() const;
    [[nodiscard]] Rights rights() const;
    bool operator==(const AreaKind& other) const;
};

// [begin, end) of an address space. Changed with the space's lock held exclusively, and its mappings' mutex besides where others might look at it
// through a cache.
class Area final : public AreaNode, public CacheMapping {
public:
    explicit Area(AddressSpace& of) : space{of} {}

    // The page of its cache, or of its frames, that lies there.
    [[nodiscard]] std::uint64_t index_of(UserAddr at) const { return first_page + ((at - begin) >> k_page_shift); }
    [[nodiscard]] UserAddr address_of(std::uint64_t index) const { return begin + ((index - first_page) << k_page_shift); }
    [[nodiscard]] std::uint64_t pages() const { return size() >> k_page_shift; }

    // CacheMapping
    void unmap_pages(std::uint64_t first, std::uint64_t last, bool copies_too) override;
    void protect_pages(std::uint64_t first, std::uint64_t last) override;
    bool take_accessed(std::uint64_t index) override;

    AddressSpace& space;
    AreaKind kind;
    std::uint64_t first_page = 0;           // of the cache or the frames, at `begin`
    std::atomic<bool> has_copies{false};    // of a cache's pages, which the program has made for itself

private:
    // The part of it that shows these pages.
    struct Range {
        UserAddr begin;
        UserAddr end;
    };
    [[nodiscard]] Range range_of(std::uint64_t first, std::uint64_t last) const;
};

class AddressSpace final : public RefCounted {
public:
    AddressSpace() = default;

    UserTable table;  // its entries are guarded by tables_lock

    static constexpr sync::LockClass k_tables_class = sync::LearntLockClass::make("page table entries");
    // Page faults hold it shared; whoever changes areas, exclusively. Nobody waits for a page of a file under it.
    RwMutex lock{"address space"};
    // Held while entries are looked at or changed; comes before a page cache's own lock.
    SpinLock tables_lock{k_tables_class};

    // Guarded by `lock`.
    AreaTree<Area> areas;
    std::uint64_t pages = 0;         // of all areas
    std::uint64_t data_pages = 0;
    std::uint64_t stack_pages = 0;
    std::uint64_t locked_pages = 0;
    std::uint64_t peak_pages = 0;
    UserAddr map_top;                // where mmap(2) begins to search, downwards
    UserAddr search_top;             // there is no hole above it that is larger than `hole`
    std::uint64_t hole = 0;
    bool locks_future = false;       // mlockall(MCL_FUTURE)
    bool locks_future_on_fault = false;

    SpaceLayout layout;
    std::atomic<std::uint32_t> note{0};

    // Written under tables_lock.
    std::atomic<std::uint64_t> anonymous{0};
    std::atomic<std::uint64_t> cached{0};
    std::atomic<std::uint64_t> peak_resident{0};

    [[nodiscard]] std::uint64_t resident() const {
        return anonymous.load(std::memory_order_relaxed) + cached.load(std::memory_order_relaxed);
    }
    // With tables_lock held.
    void count(PageKind kind, std::int64_t difference) {
        if (kind != PageKind::lasting) {
            std::atomic<std::uint64_t>& counter = kind == PageKind::anonymous ? anonymous : cached;
            counter.store(counter.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(difference), std::memory_order_relaxed);
        }
    }
    // Before pages go.
    void note_peak() {
        const std::uint64_t now = resident();
        if (now > peak_resident.load(std::memory_order_relaxed)) {
            peak_resident.store(now, std::memory_order_relaxed);
        }
    }
    void end();
};

}  // namespace phx::vm
