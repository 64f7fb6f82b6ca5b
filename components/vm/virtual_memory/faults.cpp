// Page faults: demand paging, the zero page, copy on write, pages of files and those around them.
#include <vm/virtual_memory/faults.hpp>

#include <algorithm>
#include <array>

#include <arch/page.hpp>
#include <asm-generic/mman.h>
#include <params/virtual_memory.hpp>
#include <task/interfaces/process.hpp>
#include <vm/virtual_memory/areas.hpp>
#include <vm/virtual_memory/tables.hpp>
#include <vm/virtual_memory/virtual_memory.hpp>

namespace phx::vm {
namespace {

constexpr std::size_t k_around = static_cast<std::size_t>(params::virtual_memory::fault_around);
static_assert((k_around & (k_around - 1)) == 0, "virtual_memory: parameter `fault_around` is a power of two");

// What one look at the page has come to.
enum class Step : std::uint8_t {
    done,
    again,       // somebody else was faster
    no_right,
    no_page,
    no_memory,
    needs_page,  // of the cache, which may take long
};

// A fault under way.
struct Fault {
    AddressSpace& space;
    UserAddr page;
    Access access;
    // Step::needs_page: this one. The cache is held by one of these.
    Ref<fs::File> file;
    Ref<SharedMemory> memory;
    PageCache* cache = nullptr;
    std::uint64_t index = 0;
    bool to_write = false;

    Step need(const Area& area, bool write) {
        file = area.kind.file;
        memory = area.kind.memory;
        cache = area.kind.cache;
        index = area.index_of(page);
        to_write = write;
        return Step::needs_page;
    }
};

// Linux, arch/arm64/mm/fault.c: what can be written or executed can be read.
[[nodiscard]] bool allows(const AreaKind& kind, Access access) {
    switch (access) {
    case Access::read:
        return kind.protection != PROT_NONE;
    case Access::write:
        return (kind.protection & PROT_WRITE) != 0;
    case Access::execute:
        return (kind.protection & PROT_EXEC) != 0;
    }
    return false;
}

// A page of the program's own instead of what the entry was when it was looked at. The frame is the caller's until then.
Step put_own(AddressSpace& space, Area& area, UserAddr page, const Translation* was, Frame frame) {
    const SpinGuard guard{space.tables_lock};
    Entry& entry = *tables().find(space.table, page);
    if (was == nullptr ? !entry.is_empty() : entry.is_empty() || entry.get() != *was) {
        return Step::again;
    }
    if (was != nullptr) {
        Removal removal{space};
        removal.take(page, entry);
    }
    if (area.kind.cache != nullptr) {
        area.has_copies.store(true, std::memory_order_relaxed);
    }
    const Translation to{frame, area.kind.rights(), PageKind::anonymous, true};
    entry.set(to);
    space.count(PageKind::anonymous, 1);
    return Step::done;
}

// With what fill(bytes) writes into it.
template <class Fill>
Step give_own(AddressSpace& space, Area& area, UserAddr page, const Translation* was, Fill fill) {
    const Result<Frame> frame = frames().allocate();
    if (!frame) {
        return Step::no_memory;
    }
    std::byte* const bytes = frames().bytes(*frame);
    fill(bytes);
    if ((area.kind.protection & PROT_EXEC) != 0) {
        arch::sync_instructions(bytes);
    }
    const Step step = put_own(space, area, page, was, *frame);
    if (step != Step::done) {
        frames().release(*frame);
    }
    return step;
}

Step anonymous_fault(AddressSpace& space, Area& area, UserAddr page, Access access) {
    if (access == Access::write) [[likely]] {
        return give_own(space, area, page, nullptr, [](std::byte* bytes) { arch::clear_page(bytes); });
    }
    const SpinGuard guard{space.tables_lock};
    Entry& entry = *tables().find(space.table, page);
    if (!entry.is_empty()) {
        return Step::again;
    }
    entry.set({frames().zero_page(), without(area.kind.rights(), Rights::write), PageKind::lasting, true});
    return Step::done;
}

Step special_fault(AddressSpace& space, Area& area, UserAddr page) {
    const Frame frame = area.kind.frames[area.index_of(page)];
    const SpinGuard guard{space.tables_lock};
    Entry& entry = *tables().find(space.table, page);
    if (!entry.is_empty()) {
        return Step::again;
    }
    const Translation to{frame, without(area.kind.rights(), Rights::write), PageKind::lasting, true};
    if (has(to.rights, Rights::execute)) {
        make_executable(area, page, to);
    }
    entry.set(to);
    return Step::done;
}

// Reads, and maps what is there of the pages around. All under the page tables' lock: whoever takes a page away from the cache does that first, and
// looks for translations afterwards.
Step read_cached(Fault& fault, Area& area) {
    AddressSpace& space = fault.space;
    const UserAddr window = fault.page.aligned_down(k_around * k_page_size);
    const UserAddr begin = std::max(window, area.begin);
    const UserAddr end = std::min(window + k_around * k_page_size, area.end);
    const std::uint64_t first = area.index_of(begin);
    PageCache& cache = *area.kind.cache;
    const Rights all = area.kind.rights();
    const bool may_write = area.kind.shared && !cache.tracks_writes();
    std::array<CachedPage, k_around> pages;
    const std::size_t count = pages_of(end - begin);

    const SpinGuard guard{space.tables_lock};
    cache.find_some(first, std::span{pages}.first(count));
    Entry* entry = tables().find(space.table, begin);
    bool found = false;
    for (std::size_t i = 0; i < count; ++i, ++entry) {
        const CachedPage page = pages[i];
        if (!page) {
            continue;
        }
        if (!entry->is_empty()) {
            found = found || begin + i * k_page_size == fault.page;
            cache.put(page);
            continue;
        }
        const Translation to{page.frame, may_write && !page.lent ? all : without(all, Rights::write),
                             page.lent ? PageKind::lasting : PageKind::cached, true};
        if (has(all, Rights::execute)) {
            cache.make_executable(page, first + i);
        }
        entry->set(to);
        space.count(to.kind, 1);
        found = found || begin + i * k_page_size == fault.page;
    }
    return found ? Step::done : fault.need(area, false);
}

// A shared page that is to be written to: the cache's own, and marked.
Step write_shared(Fault& fault, Area& area) {
    AddressSpace& space = fault.space;
    PageCache& cache = *area.kind.cache;
    {
        const SpinGuard guard{space.tables_lock};
        Entry& entry = *tables().find(space.table, fault.page);
        if (!entry.is_empty()) {
            return Step::again;
        }
        const CachedPage page = cache.find(area.index_of(fault.page));
        if (!page || page.lent) {
            return fault.need(area, true);
        }
        cache.make_dirty(page);
        if ((area.kind.protection & PROT_EXEC) != 0) {
            cache.make_executable(page, area.index_of(fault.page));
        }
        entry.set({page.frame, area.kind.rights(), PageKind::cached, true});
        space.count(PageKind::cached, 1);
    }
    cache.source().touched();
    return Step::done;
}

// A private page that is to be written to at once.
Step copy_cached(Fault& fault, Area& area) {
    PageCache& cache = *area.kind.cache;
    const std::uint64_t index = area.index_of(fault.page);
    const CachedPage page = cache.find(index);
    if (!page) {
        return fault.need(area, false);
    }
    Step step = give_own(fault.space, area, fault.page, nullptr, [&](std::byte* to) { arch::copy_page(to, frames().bytes(page.frame)); });
    // Truncated meanwhile: the copy goes too, as if it had been there.
    if (step == Step::done && !cache.has(page, index)) {
        remove_pages(fault.space, fault.page, fault.page + k_page_size);
        step = Step::again;
    }
    cache.put(page);
    return step;
}

Step cached_fault(Fault& fault, Area& area) {
    if (fault.access != Access::write) [[likely]] {
        return read_cached(fault, area);
    }
    return area.kind.shared ? write_shared(fault, area) : copy_cached(fault, area);
}

// --- what is there but does not allow it

// The program's own page, which it shares with nobody: it may be written to.
[[nodiscard]] bool take_over(AddressSpace& space, Area& area, UserAddr page, const Translation& was, bool& stays) {
    const SpinGuard guard{space.tables_lock};
    Entry& entry = *tables().find(space.table, page);
    if (entry.is_empty() || entry.get() != was) {
        stays = false;
        return true;
    }
    if (was.kind == PageKind::anonymous && !frames().is_shared(was.frame)) {
        entry.set_rights(area.kind.rights());
        Removal removal{space};
        removal.changed(page);
        stays = true;
        return true;
    }
    // It is copied without the lock, and must not go meanwhile.
    if (was.kind != PageKind::lasting) {
        frames().record(was.frame)->retain();
    }
    return false;
}

Step copy_on_write(Fault& fault, Area& area, const Translation& was) {
    bool stays = false;
    if (take_over(fault.space, area, fault.page, was, stays)) {
        return stays ? Step::done : Step::again;
    }
    const Step step = give_own(fault.space, area, fault.page, &was, [&was](std::byte* to) {
        if (was.frame == frames().zero_page()) {
            arch::clear_page(to);
        } else {
            arch::copy_page(to, frames().bytes(was.frame));
        }
    });
    if (was.kind != PageKind::lasting) {
        frames().release(was.frame);
    }
    return step;
}

Step write_present(Fault& fault, Area& area, const Translation& was) {
    if (!area.kind.shared) {
        return copy_on_write(fault, area, was);
    }
    if (was.kind == PageKind::lasting) {
        return fault.need(area, true);
    }
    PageCache& cache = *area.kind.cache;
    {
        const SpinGuard guard{fault.space.tables_lock};
        Entry& entry = *tables().find(fault.space.table, fault.page);
        if (entry.is_empty() || entry.get() != was) {
            return Step::again;
        }
        cache.make_dirty({was.frame, false});
        entry.set_rights(area.kind.rights());
        Removal removal{fault.space};
        removal.changed(fault.page);
    }
    cache.source().touched();
    return Step::done;
}

// Otherwise another thread was faster, or this CPU remembered something older.
Step present_fault(Fault& fault, Area& area, const Translation& was) {
    if (fault.access == Access::write && !has(was.rights, Rights::write)) {
        return write_present(fault, area, was);
    }
    if (!was.accessed) {
        const SpinGuard guard{fault.space.tables_lock};
        Entry& entry = *tables().find(fault.space.table, fault.page);
        if (!entry.is_empty()) {
            entry.set_accessed(true);
        }
    }
    return Step::done;
}

// With the space's lock held shared.
Step look(Fault& fault, Area& area) {
    if (!allows(area.kind, fault.access)) {
        return Step::no_right;
    }
    Entry* entry = tables().find(fault.space.table, fault.page);
    if (entry == nullptr) {
        if (!tables().prepare(fault.space.table, fault.page)) {
            return Step::no_memory;
        }
        entry = tables().find(fault.space.table, fault.page);
    }
    // A glance without the lock, as tables are only pruned with the space's held exclusively; what is done about it looks again.
    if (!entry->is_empty()) {
        if (const Translation was = entry->get(); was.frame != Frame{}) {
            return present_fault(fault, area, was);
        }
    }
    if (area.kind.is_anonymous()) {
        return anonymous_fault(fault.space, area, fault.page, fault.access);
    }
    return area.kind.is_special() ? special_fault(fault.space, area, fault.page) : cached_fault(fault, area);
}

// With no lock held. The page is there for a moment at least; if it goes before it is mapped it is asked for again.
Step fetch(Fault& fault) {
    const Result<CachedPage> page = fault.cache->get(fault.index, fault.to_write);
    if (page) {
        fault.cache->put(*page);
        return Step::again;
    }
    return page.error() == Errno::nomem ? Step::no_memory : Step::no_page;
}

void count_fault(const AddressSpace& space, bool is_major) {
    task::UserThread* const user = task::current().user;
    if (user != nullptr && user->space == &space) [[likely]] {
        ++(is_major ? user->major_faults : user->minor_faults);
    }
}

}  // namespace

void make_executable(Area& area, UserAddr at, const Translation& to) {
    if (to.kind == PageKind::anonymous || area.kind.cache == nullptr) {
        arch::sync_instructions(frames().bytes(to.frame));
    } else {
        area.kind.cache->make_executable({to.frame, to.kind == PageKind::lasting}, area.index_of(at));
    }
}

FaultEnd MemoryManager::fault(AddressSpace& space, UserAddr at, Access access) {
    Fault fault{space, at.aligned_down(k_page_size), access, {}, {}};
    if (fault.page.value() >= Tables::user_size) {
        return FaultEnd::no_mapping;
    }
    for (bool is_major = false;;) {
        Step step = Step::again;
        bool is_below_stack = false;
        {
            const ReadGuard guard{space.lock};
            Area* const area = space.areas.find(fault.page);
            if (area != nullptr && area->begin <= fault.page) [[likely]] {
                step = look(fault, *area);
            } else if (area != nullptr && area->kind.grows_down) {
                is_below_stack = true;
            } else {
                return FaultEnd::no_mapping;
            }
        }
        if (is_below_stack && !grow_stack(space, fault.page)) {
            return FaultEnd::no_mapping;
        }
        if (step == Step::needs_page) {
            is_major = is_major || fault.cache->tracks_writes();
            step = fetch(fault);
            fault.file = {};
            fault.memory = {};
        }
        switch (step) {
        case Step::done:
            count_fault(space, is_major);
            return FaultEnd::resolved;
        case Step::no_right:
            return FaultEnd::no_right;
        case Step::no_page:
            return FaultEnd::no_page;
        case Step::no_memory:
            return out_of_memory();
        case Step::again:
        case Step::needs_page:
            break;
        }
    }
}

}  // namespace phx::vm
