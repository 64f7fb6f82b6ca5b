#include <vm/virtual_memory/areas.hpp>

#include <algorithm>
#include <utility>

#include <asm-generic/mman.h>
#include <arch/resource_abi.hpp>
#include <linux/capability.h>
#include <memory/interfaces/context.hpp>
#include <params/virtual_memory.hpp>
#include <vm/virtual_memory/tables.hpp>

namespace phx::vm {
namespace {

// A few tables that nothing is mapped in may stay, as the next mapping will lie there again.
constexpr std::uint32_t k_spare_tables = 16;

// So many more pages at once cannot all be there one day.
constexpr std::uint64_t k_hardly_overcommitted = 4096;

// Calls f() with the mutex of the area's mappings held, if it has any.  The analysis does not follow it into f.
template <class F>
void under_mappings_mutex(const AreaKind& kind, F f) {
    if (kind.cache == nullptr) {
        f();
        return;
    }
    const MutexGuard guard{kind.cache->mappings_mutex()};
    f();
}

[[nodiscard]] bool continues(const Area& a, const Area& b) {
    return a.end == b.begin && (a.kind.cache == nullptr || a.first_page + a.pages() == b.first_page);
}

// Where the area ends downwards for who looks for a hole.
[[nodiscard]] UserAddr low_edge(const Area& area) {
    const std::uint64_t gap = area.kind.grows_down ? std::min(k_stack_gap, area.begin.value()) : 0;
    return area.begin - gap;
}

// There is a hole below `at` now: up to where does it reach?
void found_hole(AddressSpace& space, UserAddr at) {
    if (at > space.search_top) {
        const Area* const above = space.areas.find(at);
        space.search_top = std::min(space.map_top, above == nullptr ? space.map_top : std::max(low_edge(*above), space.search_top));
    }
}

}  // namespace

std::uint64_t limit(unsigned resource) {
    const task::UserThread* const user = task::current().user;
    return user == nullptr ? ~std::uint64_t{0} : user->process->limits[resource].soft;
}

bool has_capability(unsigned capability) {
    const task::UserThread* const user = task::current().user;
    return user == nullptr || user->credentials.load(std::memory_order_relaxed)->has(capability);
}

UserAddr end_of_user() { return UserAddr{Tables::user_size}; }
std::uint32_t most_areas() { return static_cast<std::uint32_t>(params::virtual_memory::most_areas); }

// --- kinds

// Linux, mm/internal.h, is_data_mapping: private, writable, no stack.
bool AreaKind::is_data() const { return (protection & PROT_WRITE) != 0 && !shared && !grows_down; }

Rights AreaKind::rights() const {
    Rights rights = protection == PROT_NONE ? Rights::none : Rights::read;
    rights = (protection & PROT_WRITE) != 0 ? rights | Rights::write : rights;
    return (protection & PROT_EXEC) != 0 ? rights | Rights::execute : rights;
}

bool AreaKind::operator==(const AreaKind& o) const {
    return protection == o.protection && most_protection == o.most_protection && shared == o.shared && grows_down == o.grows_down &&
           reserves == o.reserves && locked == o.locked && skips_fork == o.skips_fork && wiped_by_fork == o.wiped_by_fork &&
           skips_dump == o.skips_dump && file == o.file && memory == o.memory && cache == o.cache && frames.data() == o.frames.data();
}

// --- areas

void account(AddressSpace& space, const AreaKind& kind, std::int64_t pages) {
    const auto add = [pages](std::uint64_t& count) { count += static_cast<std::uint64_t>(pages); };
    add(space.pages);
    space.peak_pages = std::max(space.peak_pages, space.pages);
    if (kind.grows_down) {
        add(space.stack_pages);
    } else if (kind.is_data()) {
        add(space.data_pages);
    }
    if (kind.locked) {
        add(space.locked_pages);
    }
}

Leftovers::~Leftovers() {
    while (first_ != nullptr) {
        free_area(std::exchange(first_, static_cast<Area*>(first_->right)));
    }
}

void Leftovers::add(Area& area) {
    area.right = first_;
    first_ = &area;
}

Result<Area*> make_area(AddressSpace& space, UserAddr begin, UserAddr end) {
    Area* const area = TRY(memory::create<Area>(ports::virtual_memory::heap(), memory::MaySleep{}, space));
    area->begin = begin;
    area->end = end;
    return area;
}

void free_area(Area* area) { memory::destroy(ports::virtual_memory::heap(), area); }

Area& add_area(AddressSpace& space, Area& area, Leftovers& leftovers) {
    account(space, area.kind, static_cast<std::int64_t>(area.pages()));
    space.areas.insert(area);
    if (area.kind.cache != nullptr) {
        const MutexGuard guard{area.kind.cache->mappings_mutex()};
        area.kind.cache->add_mapping(area);
    }
    return join(space, area, leftovers);
}

void take_area(AddressSpace& space, Area& area) {
    if (area.kind.cache != nullptr) {
        const MutexGuard guard{area.kind.cache->mappings_mutex()};
        area.kind.cache->remove_mapping(area);
    }
    space.areas.erase(area);
    account(space, area.kind, -static_cast<std::int64_t>(area.pages()));
    found_hole(space, area.end);
}

Result<void> split(AddressSpace& space, Area& area, UserAddr at) {
    if (space.areas.count() >= most_areas()) {
        return Errno::nomem;
    }
    Area* const upper = TRY(make_area(space, at, area.end));
    upper->kind = area.kind;
    upper->first_page = area.index_of(at);
    upper->has_copies.store(area.has_copies.load(std::memory_order_relaxed), std::memory_order_relaxed);
    under_mappings_mutex(area.kind, [&]() __attribute__((no_thread_safety_analysis)) {
        area.end = at;
        if (area.kind.cache != nullptr) {
            area.kind.cache->add_mapping(*upper);
        }
    });
    space.areas.insert(*upper);
    return {};
}

Result<void> split_at(AddressSpace& space, UserAddr at) {
    Area* const area = space.areas.find(at);
    return area == nullptr || at <= area->begin ? Result<void>{} : split(space, *area, at);
}

Area& join(AddressSpace& space, Area& area, Leftovers& leftovers) {
    const auto absorb = [&](Area& lower, Area& upper) {
        under_mappings_mutex(lower.kind, [&]() __attribute__((no_thread_safety_analysis)) {
            lower.end = upper.end;
            if (upper.has_copies.load(std::memory_order_relaxed)) {
                lower.has_copies.store(true, std::memory_order_relaxed);
            }
            if (upper.kind.cache != nullptr) {
                upper.kind.cache->remove_mapping(upper);
            }
        });
        space.areas.erase(upper);
        leftovers.add(upper);
    };
    const auto are_one = [](const Area& a, const Area& b) { return continues(a, b) && !a.kind.is_special() && a.kind == b.kind; };
    Area* joined = &area;
    if (Area* const next = space.areas.next(area); next != nullptr && are_one(area, *next)) {
        absorb(area, *next);
    }
    if (Area* const before = space.areas.previous(area); before != nullptr && are_one(*before, area)) {
        absorb(*before, area);
        joined = before;
    }
    return *joined;
}

void change_kind(AddressSpace& space, Area& area, AreaKind&& kind) {
    account(space, area.kind, -static_cast<std::int64_t>(area.pages()));
    area.kind = std::move(kind);
    account(space, area.kind, static_cast<std::int64_t>(area.pages()));
}

void change_range(AddressSpace& space, Area& area, UserAddr begin, UserAddr end) {
    account(space, area.kind, -static_cast<std::int64_t>(area.pages()));
    const UserAddr old_end = area.end;
    under_mappings_mutex(area.kind, [&]() __attribute__((no_thread_safety_analysis)) {
        area.first_page = begin < area.begin ? area.first_page - pages_of(area.begin - begin) : area.index_of(begin);
        area.begin = begin;
        area.end = end;
    });
    account(space, area.kind, static_cast<std::int64_t>(area.pages()));
    if (end < old_end) {
        found_hole(space, old_end);
    }
}

// --- pages

// All rights go in one pass with one invalidation, where taking the pages in one would need many.
static void revoke(AddressSpace& space, UserAddr begin, UserAddr end) {
    bool any = false;
    for_each_entry(space, begin, end, [&any](UserAddr, Entry& entry, Removal&) {
        entry.set_rights(Rights::none);
        any = true;
    });
    if (any) {
        tables().invalidate(space.table, begin, end - begin);
    }
}

void remove_pages(AddressSpace& space, UserAddr begin, UserAddr end) {
    space.note_peak();
    if (pages_of(end - begin) > Removal::k_batch && space.table.cpus.load(std::memory_order_relaxed) != 0) {
        revoke(space, begin, end);
    }
    for_each_entry(space, begin, end, [](UserAddr at, Entry& entry, Removal& removal) { removal.take(at, entry); });
}

void remove_tables(AddressSpace& space, UserAddr begin, UserAddr end) {
    if (space.table.tables.load(std::memory_order_relaxed) <= k_spare_tables) {
        return;
    }
    Area* const above = space.areas.find(begin);
    Area* const before = above == nullptr ? space.areas.last() : space.areas.previous(*above);
    const UserAddr low = std::max(begin.aligned_down(k_table_size), before == nullptr ? UserAddr{} : before->end);
    const UserAddr high = std::min(end.aligned_up(k_table_size), above == nullptr ? end_of_user() : above->begin);
    const SpinGuard guard{space.tables_lock};
    tables().prune(space.table, low, high);
}

Result<void> unmap_range(AddressSpace& space, UserAddr begin, UserAddr end, Leftovers& leftovers) {
    Area* area = space.areas.find(begin);
    if (area == nullptr || area->begin >= end) {
        return {};
    }
    TRY(split_at(space, begin));
    TRY(split_at(space, end));
    while ((area = space.areas.find(begin)) != nullptr && area->begin < end) {
        take_area(space, *area);
        leftovers.add(*area);
    }
    remove_pages(space, begin, end);
    remove_tables(space, begin, end);
    return {};
}

// --- room

Result<void> may_grow(const AddressSpace& space, const AreaKind& kind, std::uint64_t pages) {
    if (space.pages + pages > pages_of(limit(RLIMIT_AS))) {
        return Errno::nomem;
    }
    if (kind.is_data() && space.data_pages + pages > pages_of(limit(RLIMIT_DATA))) {
        return Errno::nomem;
    }
    // What Linux's heuristic refuses (Documentation/mm/overcommit-accounting.rst): more than there is.
    const bool is_memory = kind.is_data() || kind.grows_down || kind.memory;
    if (pages > k_hardly_overcommitted && is_memory && kind.reserves && pages > ports::virtual_memory::pages().stats().total_frames) {
        return Errno::nomem;
    }
    return {};
}

Result<void> may_lock(const AddressSpace& space, std::uint64_t pages, Errno error) {
    const std::uint64_t most = limit(RLIMIT_MEMLOCK);
    if (space.locked_pages + pages > pages_of(most) && !has_capability(CAP_IPC_LOCK)) {
        return most == 0 ? Errno::perm : error;
    }
    return {};
}

bool is_free(AddressSpace& space, UserAddr begin, UserAddr end) {
    const Area* const above = space.areas.find(begin);
    return above == nullptr || low_edge(*above) >= end;
}

// Downwards from where the last search ended, as long as that cannot have passed over a hole that would do: so the one found is always the highest.
static Result<UserAddr> find_hole_below(AddressSpace& space, std::uint64_t size) {
    if (size <= space.hole) {
        space.search_top = space.map_top;
        space.hole = 0;
    }
    UserAddr top = space.search_top;
    Area* area = space.areas.find(top);
    if (area != nullptr) {
        top = std::min(top, low_edge(*area));
    }
    area = area == nullptr ? space.areas.last() : space.areas.previous(*area);
    for (;;) {
        const UserAddr bottom = area == nullptr ? UserAddr{k_lowest} : area->end;
        const std::uint64_t room = top > bottom ? top - bottom : 0;
        if (room >= size) {
            space.search_top = top - size;
            return space.search_top;
        }
        if (area == nullptr) {
            return Errno::nomem;
        }
        space.hole = std::max(space.hole, room);
        top = low_edge(*area);
        area = space.areas.previous(*area);
    }
}

Result<UserAddr> find_hole(AddressSpace& space, std::uint64_t size) {
    if (size > Tables::user_size) {
        return Errno::nomem;
    }
    if (const Result<UserAddr> below = find_hole_below(space, size)) {
        return below;
    }
    UserAddr bottom{Tables::user_size / 4};
    for (Area* area = space.areas.find(bottom);; area = space.areas.next(*area)) {
        const UserAddr top = area == nullptr ? end_of_user() : low_edge(*area);
        if (top > bottom && top - bottom >= size) {
            return bottom;
        }
        if (area == nullptr) {
            return Errno::nomem;
        }
        bottom = std::max(bottom, area->end);
    }
}

}  // namespace phx::vm
