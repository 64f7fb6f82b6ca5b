// mmap(2), munmap(2), mprotect(2), mremap(2), brk(2), and stacks that grow.
#include <vm/virtual_memory/virtual_memory.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <asm-generic/mman.h>
#include <arch/resource_abi.hpp>
#include <linux/capability.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <fs/file_objects/mount.hpp>
#include <memory/interfaces/context.hpp>
#include <vm/virtual_memory/areas.hpp>
#include <vm/virtual_memory/faults.hpp>
#include <vm/virtual_memory/tables.hpp>

namespace phx::vm {
namespace {

constexpr std::uint32_t k_all_protection = PROT_READ | PROT_WRITE | PROT_EXEC;

// What MAP_SHARED_VALIDATE knows (mmap(2)); MAP_SYNC is for file systems that nobody has here.
constexpr std::uint32_t k_known_flags = MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED |
                                        MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_FIXED_NOREPLACE |
                                        MAP_UNINITIALIZED;

[[nodiscard]] bool is_executable_file(fs::File& file) {
    const fs::Mount* const mount = file.path() ? file.path().mount() : nullptr;
    return mount == nullptr || (mount->flags() & MS_NOEXEC) == 0;
}

// What of a file may be mapped how. EACCES, EPERM, ENODEV
Result<void> kind_of_file(AreaKind& kind, const MapRequest& request) {
    fs::File& file = *request.file;
    if (!file.readable() || (kind.shared && (request.protection & PROT_WRITE) != 0 && !file.writable())) {
        return Errno::acces;
    }
    if (kind.shared && !file.writable()) {
        kind.most_protection &= ~static_cast<std::uint32_t>(PROT_WRITE);
    }
    if (!is_executable_file(file)) {
        if ((request.protection & PROT_EXEC) != 0) {
            return Errno::perm;
        }
        kind.most_protection &= ~static_cast<std::uint32_t>(PROT_EXEC);
    }
    if (kind.grows_down) {
        return Errno::inval;
    }
    Mappable mappable;
    TRY(file.map(mappable));
    kind.cache = mappable.cache;
    if (kind.cache != nullptr) {
        kind.file = Ref{&file};
    }
    return {};
}

Result<AreaKind> kind_of(const MapRequest& request) {
    AreaKind kind;
    kind.protection = request.protection & k_all_protection;
    kind.most_protection = k_all_protection;
    kind.grows_down = (request.flags & MAP_GROWSDOWN) != 0;
    kind.reserves = (request.flags & MAP_NORESERVE) == 0;
    kind.locked = (request.flags & MAP_LOCKED) != 0;
    switch (request.flags & MAP_TYPE) {
    case MAP_PRIVATE:
        break;
    case MAP_SHARED_VALIDATE:
        if ((request.flags & ~k_known_flags) != 0 || request.file == nullptr) {
            return request.file == nullptr ? Errno::inval : Errno::opnotsupp;
        }
        [[fallthrough]];
    case MAP_SHARED:
        kind.shared = true;
        break;
    default:
        return Errno::inval;
    }
    if ((request.flags & MAP_HUGETLB) != 0 || (kind.shared && kind.grows_down)) {
        return Errno::inval;
    }
    if (request.file != nullptr) {
        TRY(kind_of_file(kind, request));
    }
    if (kind.shared && kind.cache == nullptr) {
        kind.memory = Ref<SharedMemory>::adopt(
            TRY(memory::create<SharedMemory>(ports::virtual_memory::heap(), memory::MaySleep{}, align_up(request.size, k_page_size))));
        kind.cache = &kind.memory->cache;
    }
    return kind;
}

// Where a mapping goes that need not be anywhere.
Result<UserAddr> place(AddressSpace& space, UserAddr hint, std::uint64_t size) {
    if (hint != UserAddr{} && hint.value() <= Tables::user_size - size) {
        const UserAddr wanted = std::max(hint.aligned_up(k_page_size), UserAddr{k_lowest});
        if (wanted.value() <= Tables::user_size - size && is_free(space, wanted, wanted + size)) {
            return wanted;
        }
    }
    return find_hole(space, size);
}

Result<UserAddr> place_fixed(AddressSpace& space, const MapRequest& request, std::uint64_t size) {
    if (!request.hint.is_aligned(k_page_size)) {
        return Errno::inval;
    }
    if (request.hint.value() > Tables::user_size - size) {
        return Errno::nomem;
    }
    if (request.hint.value() < k_lowest && !has_capability(CAP_SYS_RAWIO)) {
        return Errno::perm;
    }
    if ((request.flags & MAP_FIXED_NOREPLACE) != 0) {
        const Area* const above = space.areas.find(request.hint);
        if (above != nullptr && above->begin < request.hint + size) {
            return Errno::exist;
        }
    }
    return request.hint;
}

// Pages of areas within the range.
std::uint64_t mapped_pages(AddressSpace& space, UserAddr begin, UserAddr end) {
    std::uint64_t pages = 0;
    for (Area* area = space.areas.find(begin); area != nullptr && area->begin < end; area = space.areas.next(*area)) {
        pages += pages_of(std::min(area->end, end) - std::max(area->begin, begin));
    }
    return pages;
}

// The area in its place, with room made for it.
Result<void> put_area(AddressSpace& space, UserAddr at, std::uint64_t size, AreaKind&& kind, std::uint64_t first_page, Leftovers& leftovers) {
    if (space.areas.count() >= most_areas()) {
        return Errno::nomem;
    }
    TRY(unmap_range(space, at, at + size, leftovers));
    Area* const area = TRY(make_area(space, at, at + size));
    area->kind = std::move(kind);
    area->first_page = first_page;
    add_area(space, *area, leftovers);
    return {};
}

}  // namespace

void SharedMemory::end() { memory::destroy(ports::virtual_memory::heap(), this); }

Result<UserAddr> MemoryManager::map(AddressSpace& space, const MapRequest& request) {
    const std::uint64_t size = align_up(request.size, k_page_size);
    if (request.size == 0) {
        return Errno::inval;
    }
    if (size == 0 || size > Tables::user_size) {
        return Errno::nomem;
    }
    if ((request.offset & (k_page_size - 1)) != 0) {
        return Errno::inval;
    }
    if (request.offset + size < request.offset) {
        return Errno::overflow;
    }
    Leftovers leftovers;  // before the lock, so that it goes after it
    AreaKind kind = TRY(kind_of(request));
    const std::uint64_t first_page = kind.cache != nullptr && !kind.memory ? pages_of(request.offset) : 0;
    bool is_present = (request.flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE || kind.locked;
    UserAddr at;
    {
        const WriteGuard guard{space.lock};
        const bool is_fixed = (request.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
        at = TRY(is_fixed ? place_fixed(space, request, size) : place(space, request.hint, size));
        if (space.locks_future) {
            is_present = is_present || !space.locks_future_on_fault;
            kind.locked = true;
        }
        if (kind.locked) {
            TRY(may_lock(space, pages_of(size), Errno::again));
        }
        TRY(may_grow(space, kind, pages_of(size) - (is_fixed ? mapped_pages(space, at, at + size) : 0)));
        TRY(put_area(space, at, size, std::move(kind), first_page, leftovers));
    }
    if (is_present) {
        static_cast<void>(populate(space, at, at + size));  // as far as it goes (mmap(2), MAP_POPULATE)
    }
    return at;
}

Result<UserAddr> MemoryManager::map_special(AddressSpace& space, UserAddr at, std::span<const Frame> frames, std::uint32_t protection,
                                            std::string_view name) {
    Leftovers leftovers;
    const WriteGuard guard{space.lock};
    const std::uint64_t size = frames.size() * k_page_size;
    if (at == UserAddr{}) {
        at = TRY(find_hole(space, size));
    } else if (!at.is_aligned(k_page_size) || at.value() > Tables::user_size - size || !is_free(space, at, at + size)) {
        return Errno::inval;
    }
    AreaKind kind;
    kind.protection = protection & k_all_protection;
    kind.most_protection = k_all_protection;
    kind.frames = frames;
    kind.name = name;
    TRY(put_area(space, at, size, std::move(kind), 0, leftovers));
    return at;
}

// The range of a call that has page-aligned beginnings: false if it is none. An end beyond all addresses is left to the caller.
static bool to_range(UserAddr at, std::uint64_t& size) {
    const std::uint64_t aligned = align_up(size, k_page_size);
    if (!at.is_aligned(k_page_size) || (size != 0 && aligned == 0) || at.value() + aligned < at.value()) {
        return false;
    }
    size = aligned;
    return true;
}

Result<void> MemoryManager::unmap(AddressSpace& space, UserAddr at, std::uint64_t size) {
    if (!to_range(at, size) || size == 0 || size > Tables::user_size || at.value() > Tables::user_size - size) {
        return Errno::inval;
    }
    Leftovers leftovers;
    const WriteGuard guard{space.lock};
    return unmap_range(space, at, at + size, leftovers);
}

// --- mprotect(2)

// The entries get what the area's kind gives, but the right to write only where they had it: the next fault knows whether they may.
static void change_rights(AddressSpace& space, Area& area) {
    const Rights most = area.kind.rights();
    for_each_entry(space, area.begin, area.end, [&area, most](UserAddr at, Entry& entry, Removal& removal) {
        const Translation was = entry.get();
        const Rights now = has(was.rights, Rights::write) ? most : without(most, Rights::write);
        if (now == was.rights) {
            return;
        }
        if (has(now, Rights::execute)) {
            make_executable(area, at, was);
        }
        entry.set_rights(now);
        if (was.rights != Rights::none) {
            removal.changed(at);
        }
    });
}

Result<void> MemoryManager::protect(AddressSpace& space, UserAddr at, std::uint64_t size, std::uint32_t protection) {
    const std::uint32_t grows = protection & (PROT_GROWSDOWN | PROT_GROWSUP);
    protection &= ~grows;
    if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (protection & ~(k_all_protection | PROT_SEM)) != 0 || !at.is_aligned(k_page_size)) {
        return Errno::inval;
    }
    if (size == 0) {
        return {};
    }
    if (!to_range(at, size)) {
        return Errno::nomem;
    }
    protection &= k_all_protection;
    const UserAddr end = at + size;
    Leftovers leftovers;
    const WriteGuard guard{space.lock};
    Area* area = space.areas.find(at);
    if (grows != 0) {
        if (area == nullptr || area->begin >= end) {
            return Errno::nomem;
        }
        if (grows == PROT_GROWSUP || !area->kind.grows_down) {
            return Errno::inval;
        }
        at = area->begin;
    }
    while (at < end) {
        area = space.areas.find(at);
        if (area == nullptr || area->begin > at) {
            return Errno::nomem;
        }
        if ((protection & ~area->kind.most_protection) != 0) {
            return Errno::acces;
        }
        const UserAddr stop = std::min(end, area->end);
        if (area->kind.protection != protection) {
            AreaKind kind = area->kind;
            kind.protection = protection;
            if (kind.is_data() && !area->kind.is_data() && space.data_pages + pages_of(stop - at) > pages_of(limit(RLIMIT_DATA))) {
                return Errno::nomem;
            }
            TRY(split_at(space, at));
            TRY(split_at(space, stop));
            area = space.areas.find(at);
            change_kind(space, *area, std::move(kind));
            change_rights(space, *area);
            join(space, *area, leftovers);
        }
        at = stop;
    }
    return {};
}

// --- mremap(2)

// All translations of [from, from + size) to the same places behind `to`, where there are none. ENOMEM, before any has moved.
static Result<void> move_pages(AddressSpace& space, const AreaKind& kind, UserAddr from, UserAddr to, std::uint64_t size) {
    const UserAddr end = from + size;
    const auto next_table = [&space, end](UserAddr& at) {
        const SpinGuard guard{space.tables_lock};
        return tables().seek(space.table, at, end) != nullptr;
    };
    for (UserAddr at = from; next_table(at); at = end_of_table(at, end)) {
        TRY(tables().prepare(space.table, to + (at - from)));
        TRY(tables().prepare(space.table, to + (end_of_table(at, end) - k_page_size - from)));
    }
    const auto move_all = [&] {
        for_each_entry(space, from, end, [&](UserAddr at, Entry& entry, Removal& removal) {
            const Translation moved = entry.get();
            entry.clear();
            removal.changed(at);
            tables().find(space.table, to + (at - from))->set(moved);
        });
    };
    // Whoever looks for a page in all mappings must not pass between its old place and its new one.
    if (kind.cache == nullptr) {
        move_all();
        return {};
    }
    const MutexGuard guard{kind.cache->mappings_mutex()};
    move_all();
    return {};
}

// To where nothing is. `keep`: the area stays, empty (MREMAP_DONTUNMAP).
static Result<void> move_area(AddressSpace& space, UserAddr at, std::uint64_t old_size, UserAddr to, std::uint64_t new_size, bool keep,
                              Leftovers& leftovers) {
    if (space.areas.count() + 3 >= most_areas()) {
        return Errno::nomem;
    }
    TRY(split_at(space, at));
    TRY(split_at(space, at + old_size));
    Area& old = *space.areas.find(at);
    Area* const area = TRY(make_area(space, to, to + new_size));
    area->kind = old.kind;
    area->first_page = old.first_page;
    area->has_copies.store(old.has_copies.load(std::memory_order_relaxed), std::memory_order_relaxed);
    const AreaKind kind = old.kind;
    add_area(space, *area, leftovers);
    if (old_size == 0) {
        return {};
    }
    if (const Result<void> moved = move_pages(space, kind, at, to, old_size); !moved) {
        static_cast<void>(unmap_range(space, to, to + new_size, leftovers));
        return moved;
    }
    return keep ? Result<void>{} : unmap_range(space, at, at + old_size, leftovers);
}

// What mremap(2) may do with the area at `at`: the area. EFAULT, EINVAL, EAGAIN, ENOMEM
static Result<Area*> may_resize(AddressSpace& space, UserAddr at, std::uint64_t old_size, std::uint64_t new_size) {
    Area* const area = space.areas.find(at);
    if (area == nullptr || area->begin > at) {
        return Errno::fault;
    }
    if (old_size == 0 && !area->kind.shared) {
        return Errno::inval;  // a second mapping of the same pages
    }
    if (old_size > area->end - at || (area->kind.is_special() && new_size > old_size)) {
        return Errno::fault;
    }
    if (new_size > old_size) {
        const std::uint64_t more = pages_of(new_size - old_size);
        if (area->kind.cache != nullptr && area->index_of(at) + pages_of(new_size) < area->index_of(at)) {
            return Errno::inval;
        }
        if (area->kind.locked) {
            TRY(may_lock(space, more, Errno::again));
        }
        TRY(may_grow(space, area->kind, more));
    }
    return area;
}

Result<UserAddr> MemoryManager::remap(AddressSpace& space, UserAddr at, std::uint64_t old_size, std::uint64_t new_size, std::uint32_t flags,
                                      UserAddr new_at) {
    const bool may_move = (flags & MREMAP_MAYMOVE) != 0;
    const bool is_fixed = (flags & MREMAP_FIXED) != 0;
    const bool keeps = (flags & MREMAP_DONTUNMAP) != 0;
    old_size = align_up(old_size, k_page_size);
    new_size = align_up(new_size, k_page_size);
    if ((flags & ~static_cast<std::uint32_t>(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0 || (is_fixed && !may_move) ||
        (keeps && (!may_move || old_size != new_size)) || !at.is_aligned(k_page_size) || new_size == 0) {
        return Errno::inval;
    }
    if (old_size > Tables::user_size || at.value() > Tables::user_size - old_size) {
        return Errno::fault;
    }
    if (new_size > Tables::user_size) {
        return is_fixed ? Errno::inval : Errno::nomem;
    }
    Leftovers leftovers;
    UserAddr result = at;
    bool is_present = false;
    {
        const WriteGuard guard{space.lock};
        if (is_fixed) {
            if (!new_at.is_aligned(k_page_size) || new_at.value() > Tables::user_size - new_size ||
                (at < new_at + new_size && new_at < at + old_size)) {
                return Errno::inval;
            }
            if (new_at.value() < k_lowest && !has_capability(CAP_SYS_RAWIO)) {
                return Errno::perm;
            }
            TRY(unmap_range(space, new_at, new_at + new_size, leftovers));
        }
        if (new_size < old_size) {
            const Area* const area = space.areas.find(at);
            if (area == nullptr || area->begin > at) {
                return Errno::fault;
            }
            TRY(unmap_range(space, at + new_size, at + old_size, leftovers));
            old_size = new_size;
            if (!is_fixed) {
                return at;
            }
        }
        Area* const area = TRY(may_resize(space, at, old_size, new_size));
        is_present = area->kind.locked && new_size > old_size;
        const bool is_free_behind = at + old_size == area->end && at.value() <= Tables::user_size - new_size &&
                                    is_free(space, area->end, at + new_size);
        if (is_fixed || keeps) {
            result = is_fixed ? new_at : TRY(place(space, new_at, new_size));
            TRY(move_area(space, at, old_size, result, new_size, keeps, leftovers));
        } else if (old_size != 0 && (new_size == old_size || is_free_behind)) {
            if (new_size > old_size) {
                change_range(space, *area, area->begin, at + new_size);
                join(space, *area, leftovers);
            }
        } else if (may_move) {
            result = TRY(find_hole(space, new_size));
            TRY(move_area(space, at, old_size, result, new_size, false, leftovers));
        } else {
            return Errno::nomem;
        }
    }
    if (is_present) {
        static_cast<void>(populate(space, result + old_size, result + new_size));
    }
    return result;
}

// --- brk(2)

UserAddr MemoryManager::set_break(AddressSpace& space, UserAddr at) {
    Leftovers leftovers;
    UserAddr grown_from;
    UserAddr grown_to;
    {
        const WriteGuard guard{space.lock};
        SpaceLayout& layout = space.layout;
        const UserAddr old_end = layout.break_end.aligned_up(k_page_size);
        const UserAddr new_end = at.aligned_up(k_page_size);
        if (at < layout.break_begin || new_end.value() > Tables::user_size) {
            return layout.break_end;
        }
        const std::uint64_t most = limit(RLIMIT_DATA);
        if (most != ~std::uint64_t{0} && (at - layout.break_begin) + (layout.data_end - layout.data_begin) > most) {
            return layout.break_end;
        }
        if (new_end < old_end) {
            if (!unmap_range(space, new_end, old_end, leftovers)) {
                return layout.break_end;
            }
        } else if (new_end > old_end) {
            AreaKind kind;
            kind.protection = PROT_READ | PROT_WRITE;
            kind.most_protection = k_all_protection;
            kind.locked = space.locks_future;
            const std::uint64_t pages = pages_of(new_end - old_end);
            if (!is_free(space, old_end, new_end + k_page_size) || !may_grow(space, kind, pages) ||
                (kind.locked && !may_lock(space, pages, Errno::again))) {
                return layout.break_end;
            }
            if (kind.locked && !space.locks_future_on_fault) {
                grown_from = old_end;
                grown_to = new_end;
            }
            Area* const before = old_end == layout.break_begin ? nullptr : space.areas.find(old_end - k_page_size);
            if (before != nullptr && before->end == old_end && before->kind == kind) {
                change_range(space, *before, before->begin, new_end);
                join(space, *before, leftovers);
            } else if (!put_area(space, old_end, new_end - old_end, std::move(kind), 0, leftovers)) {
                return layout.break_end;
            }
        }
        layout.break_end = at;
    }
    if (grown_to != UserAddr{}) {
        static_cast<void>(populate(space, grown_from, grown_to));
    }
    return at;
}

// --- stacks

bool grow_stack(AddressSpace& space, UserAddr page) {
    const WriteGuard guard{space.lock};
    Area* const area = space.areas.find(page);
    if (area == nullptr) {
        return false;
    }
    if (area->begin <= page) {
        return true;  // another thread's fault has done it
    }
    if (!area->kind.grows_down || page.value() < k_lowest || area->end - page > limit(RLIMIT_STACK)) {
        return false;
    }
    const Area* const before = space.areas.previous(*area);
    if (before != nullptr && !before->kind.grows_down && before->kind.protection != PROT_NONE && page - before->end < k_stack_gap) {
        return false;
    }
    const std::uint64_t more = pages_of(area->begin - page);
    if (!may_grow(space, area->kind, more) || (area->kind.locked && !may_lock(space, more, Errno::nomem))) {
        return false;
    }
    change_range(space, *area, page, area->end);
    return true;
}

}  // namespace phx::vm
