// madvise(2), msync(2), mincore(2), mlock(2) and its kin.
#include <algorithm>
#include <utility>

#include <asm-generic/mman.h>
#include <arch/resource_abi.hpp>
#include <linux/capability.h>
#include <vm/virtual_memory/areas.hpp>
#include <vm/virtual_memory/tables.hpp>
#include <vm/virtual_memory/virtual_memory.hpp>

namespace phx::vm {
namespace {

// Calls f(area, begin, end) for the parts of areas in the range, until one fails; holes are passed over. True: there were some.
template <class F>
Result<bool> for_each_area(AddressSpace& space, UserAddr begin, UserAddr end, F f) {
    bool has_holes = false;
    while (begin < end) {
        Area* const area = space.areas.find(begin);
        if (area == nullptr || area->begin >= end) {
            return true;
        }
        if (area->begin > begin) {
            has_holes = true;
            begin = area->begin;
        }
        const UserAddr stop = std::min(area->end, end);
        TRY(f(*area, begin, stop));
        begin = stop;
    }
    return has_holes;
}

// The parts of the range become of the kind that change(kind) makes. Holes are passed over, and told.
template <class F>
Result<bool> change_kinds(AddressSpace& space, UserAddr begin, UserAddr end, Leftovers& leftovers, F change) {
    return for_each_area(space, begin, end, [&](Area& area, UserAddr from, UserAddr to) -> Result<void> {
        AreaKind kind = area.kind;
        TRY(change(kind));
        if (kind == area.kind) {
            return {};
        }
        TRY(split_at(space, from));
        TRY(split_at(space, to));
        Area& part = *space.areas.find(from);
        change_kind(space, part, std::move(kind));
        join(space, part, leftovers);
        return {};
    });
}

[[nodiscard]] Result<void> holes_are_wrong(const Result<bool>& has_holes) {
    if (!has_holes) {
        return has_holes.error();
    }
    return *has_holes ? Errno::nomem : Errno{};
}

Result<void> change_for(AreaKind& kind, std::uint32_t advice) {
    switch (advice) {
    case MADV_DONTFORK:
        kind.skips_fork = true;
        return {};
    case MADV_DOFORK:
        kind.skips_fork = false;
        return kind.is_special() ? Errno::inval : Errno{};
    case MADV_WIPEONFORK:
        kind.wiped_by_fork = true;
        return kind.shared || !kind.is_anonymous() ? Errno::inval : Errno{};
    case MADV_KEEPONFORK:
        kind.wiped_by_fork = false;
        return {};
    case MADV_DONTDUMP:
        kind.skips_dump = true;
        return {};
    default:
        kind.skips_dump = false;
        return kind.is_special() ? Errno::inval : Errno{};
    }
}

// MADV_DONTNEED and MADV_FREE: the pages go at once, which the second only allows.
Result<void> drop(AddressSpace& space, UserAddr at, UserAddr end, bool anonymous_only) {
    const ReadGuard guard{space.lock};
    return holes_are_wrong(for_each_area(space, at, end, [&](Area& area, UserAddr from, UserAddr to) -> Result<void> {
        if (area.kind.locked || area.kind.is_special() || (anonymous_only && (!area.kind.is_anonymous() || area.kind.shared))) {
            return Errno::inval;
        }
        remove_pages(space, from, to);
        return {};
    }));
}

// What a part of the range shows of a file, with the file held: so that no lock is held while something is done with it.
struct FilePart {
    Ref<fs::File> file;
    Ref<SharedMemory> memory;
    PageCache* cache = nullptr;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    UserAddr end;
    bool has_hole = false;  // before it
};

// The next part at or after `at` of an area that accept(area) does not refuse. `cache` null: nothing of a file.
template <class Accept>
Result<FilePart> next_part(AddressSpace& space, UserAddr at, UserAddr end, Accept accept) {
    FilePart part;
    const ReadGuard guard{space.lock};
    Area* const area = space.areas.find(at);
    if (area == nullptr || area->begin >= end) {
        part.has_hole = true;
        part.end = end;
        return part;
    }
    TRY(accept(area->kind));
    part.has_hole = area->begin > at;
    at = std::max(at, area->begin);
    part.end = std::min(area->end, end);
    if (area->kind.cache != nullptr) {
        part.file = area->kind.file;
        part.memory = area->kind.memory;
        part.cache = area->kind.cache;
        part.offset = area->index_of(at) << k_page_shift;
        part.size = part.end - at;
    }
    return part;
}

// Calls f(part) for what is shared of files.
template <class Accept, class F>
Result<void> for_each_file_part(AddressSpace& space, UserAddr at, UserAddr end, Accept accept, F f) {
    bool has_holes = false;
    while (at < end) {
        const FilePart part = TRY(next_part(space, at, end, accept));
        has_holes = has_holes || part.has_hole;
        if (part.cache != nullptr) {
            TRY(f(part));
        }
        at = part.end;
    }
    return has_holes ? Errno::nomem : Errno{};
}

[[nodiscard]] bool is_there(AddressSpace& space, Area& area, UserAddr at) {
    {
        const SpinGuard guard{space.tables_lock};
        const Entry* const entry = tables().find(space.table, at);
        if (entry != nullptr && !entry->is_empty()) {
            return true;
        }
    }
    if (area.kind.cache == nullptr) {
        return false;
    }
    const CachedPage page = area.kind.cache->find(area.index_of(at));
    if (page) {
        area.kind.cache->put(page);
    }
    return static_cast<bool>(page);
}

}  // namespace

Result<void> MemoryManager::advise(AddressSpace& space, UserAddr at, std::uint64_t size, std::uint32_t advice) {
    const std::uint64_t aligned = align_up(size, k_page_size);
    const UserAddr end = at + aligned;
    switch (advice) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_COLD:
    case MADV_PAGEOUT:
    case MADV_DONTNEED:
    case MADV_FREE:
    case MADV_REMOVE:
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
    case MADV_DONTDUMP:
    case MADV_DODUMP:
    case MADV_POPULATE_READ:
    case MADV_POPULATE_WRITE:
        break;
    default:
        return Errno::inval;
    }
    if (!at.is_aligned(k_page_size) || (size != 0 && aligned == 0) || end < at) {
        return Errno::inval;
    }
    if (end == at) {
        return {};
    }
    switch (advice) {
    case MADV_DONTNEED:
        return drop(space, at, end, false);
    case MADV_FREE:
        return drop(space, at, end, true);
    case MADV_REMOVE:
        return for_each_file_part(
            space, at, end,
            [](const AreaKind& kind) -> Result<void> {
                if (kind.locked || kind.cache == nullptr) {
                    return Errno::inval;
                }
                return !kind.shared || (kind.protection & PROT_WRITE) == 0 ? Errno::acces : Errno{};
            },
            [](const FilePart& part) { return part.cache->punch(part.offset, part.size); });
    case MADV_POPULATE_READ:
    case MADV_POPULATE_WRITE: {
        const Result<void> there = bring_in(space, at, end - at, advice == MADV_POPULATE_READ ? Access::read : Access::write);
        return there || there.error() != Errno::fault ? there : Errno::nomem;
    }
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
    case MADV_DONTDUMP:
    case MADV_DODUMP: {
        Leftovers leftovers;
        const WriteGuard guard{space.lock};
        return holes_are_wrong(change_kinds(space, at, end, leftovers, [advice](AreaKind& kind) { return change_for(kind, advice); }));
    }
    default: {  // hints that nobody takes
        const ReadGuard guard{space.lock};
        return holes_are_wrong(for_each_area(space, at, end, [](Area&, UserAddr, UserAddr) { return Result<void>{}; }));
    }
    }
}

Result<void> MemoryManager::sync(AddressSpace& space, UserAddr at, std::uint64_t size, std::uint32_t flags) {
    const std::uint64_t aligned = align_up(size, k_page_size);
    if ((flags & ~static_cast<std::uint32_t>(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0 || !at.is_aligned(k_page_size) ||
        (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC)) {
        return Errno::inval;
    }
    if (at + aligned < at || (size != 0 && aligned == 0)) {
        return Errno::nomem;
    }
    return for_each_file_part(
        space, at, at + aligned,
        [flags](const AreaKind& kind) -> Result<void> { return (flags & MS_INVALIDATE) != 0 && kind.locked ? Errno::busy : Errno{}; },
        [flags](const FilePart& part) { return (flags & MS_SYNC) != 0 && part.file ? part.cache->write_back(part.offset, part.size) : Result<void>{}; });
}

Result<void> MemoryManager::resident(AddressSpace& space, UserAddr at, std::span<std::byte> pages) {
    const ReadGuard guard{space.lock};
    const UserAddr begin = at;
    const Result<bool> has_holes =
        for_each_area(space, at, at + pages.size() * k_page_size, [&](Area& area, UserAddr from, UserAddr to) -> Result<void> {
            for (UserAddr page = from; page < to; page += k_page_size) {
                pages[pages_of(page - begin)] = std::byte{is_there(space, area, page)};
            }
            return {};
        });
    return holes_are_wrong(has_holes);
}

// --- mlock(2)

// Area by area, as none may be changed while it is looked at, and others may between.
Result<void> populate(AddressSpace& space, UserAddr begin, UserAddr end) {
    Result<void> result;
    while (begin < end) {
        UserAddr stop = end;
        bool has_rights = false;
        Access access = Access::read;
        {
            const ReadGuard guard{space.lock};
            const Area* const area = space.areas.find(begin);
            if (area == nullptr || area->begin >= end) {
                return result;
            }
            begin = std::max(begin, area->begin);
            stop = std::min(end, area->end);
            has_rights = area->kind.protection != PROT_NONE;
            access = (area->kind.protection & PROT_WRITE) != 0 && !area->kind.shared ? Access::write : Access::read;
        }
        if (has_rights && !ports::virtual_memory::self().bring_in(space, begin, stop - begin, access)) {
            result = Errno::nomem;
        }
        begin = stop;
    }
    return result;
}

Result<void> MemoryManager::lock(AddressSpace& space, UserAddr at, std::uint64_t size, LockMode mode) {
    const std::uint64_t in = at.value() & (k_page_size - 1);
    const std::uint64_t aligned = align_up(size + in, k_page_size);
    at = at.aligned_down(k_page_size);
    if (at + aligned < at || size + in < size || (size != 0 && aligned == 0)) {
        return Errno::inval;
    }
    if (mode != LockMode::none && limit(RLIMIT_MEMLOCK) == 0 && !has_capability(CAP_IPC_LOCK)) {
        return Errno::perm;
    }
    if (aligned == 0) {
        return {};
    }
    const UserAddr end = at + aligned;
    {
        Leftovers leftovers;
        const WriteGuard guard{space.lock};
        if (mode != LockMode::none) {
            std::uint64_t already = 0;
            static_cast<void>(for_each_area(space, at, end, [&](Area& area, UserAddr from, UserAddr to) -> Result<void> {
                already += area.kind.locked ? pages_of(to - from) : 0;
                return {};
            }));
            TRY(may_lock(space, pages_of(aligned) - already, Errno::nomem));
        }
        TRY(holes_are_wrong(change_kinds(space, at, end, leftovers, [mode](AreaKind& kind) -> Result<void> {
            kind.locked = mode != LockMode::none && !kind.is_special();
            return {};
        })));
    }
    return mode == LockMode::at_once ? populate(space, at, end) : Result<void>{};
}

Result<void> MemoryManager::lock_all(AddressSpace& space, LockMode current, LockMode future) {
    const bool locks = current != LockMode::none || future != LockMode::none;
    if (locks && limit(RLIMIT_MEMLOCK) == 0 && !has_capability(CAP_IPC_LOCK)) {
        return Errno::perm;
    }
    {
        Leftovers leftovers;
        const WriteGuard guard{space.lock};
        if (current != LockMode::none && space.pages > pages_of(limit(RLIMIT_MEMLOCK)) && !has_capability(CAP_IPC_LOCK)) {
            return Errno::nomem;
        }
        space.locks_future = future != LockMode::none;
        space.locks_future_on_fault = future == LockMode::on_fault;
        if (current != LockMode::none || !locks) {
            static_cast<void>(change_kinds(space, UserAddr{}, end_of_user(), leftovers, [current](AreaKind& kind) -> Result<void> {
                kind.locked = current != LockMode::none && !kind.is_special();
                return {};
            }));
        }
    }
    if (current == LockMode::at_once) {
        static_cast<void>(populate(space, UserAddr{}, end_of_user()));  // what cannot be had does not matter (mlockall(2))
    }
    return {};
}

}  // namespace phx::vm
