// Making address spaces, sharing them at a fork, taking them apart; what caches ask of their areas.
#include <algorithm>

#include <arch/interrupts.hpp>
#include <asm-generic/mman.h>
#include <arch/resource_abi.hpp>
#include <linux/personality.h>
#include <memory/interfaces/context.hpp>
#include <vm/virtual_memory/areas.hpp>
#include <vm/virtual_memory/tables.hpp>
#include <vm/virtual_memory/virtual_memory.hpp>

namespace phx::vm {
namespace {

// Where mmap(2) begins: below the largest stack, a gap for its random beginning, and a random distance of as many pages as Linux has for this size
// (CONFIG_ARCH_MMAP_RND_BITS of arm64: 18).
[[nodiscard]] UserAddr choose_map_top() {
    constexpr std::uint64_t k_least_stack = 128 * MiB;
    constexpr std::uint64_t k_stack_random = std::uint64_t{1} << 30;
    const std::uint64_t stack = std::clamp(limit(RLIMIT_STACK), k_least_stack, Tables::user_size / 6 * 5 - k_stack_gap - k_stack_random);
    std::uint32_t pages = 0;
    const task::UserThread* const user = task::current().user;
    const bool is_random = user == nullptr || (user->process->personality & ADDR_NO_RANDOMIZE) == 0;
    if (auto* const random = ports::virtual_memory::random(); random != nullptr && is_random) {
        random->fill(std::as_writable_bytes(std::span{&pages, 1}));
        pages &= (1U << 18) - 1;
    }
    const std::uint64_t random_size = is_random ? k_stack_random : 0;
    return UserAddr{Tables::user_size - align_up(stack + k_stack_gap + random_size, k_page_size) - pages * k_page_size};
}

// --- fork

// The child gets a table wherever the parent has one in the area, so that nothing needs to be allocated while pages are shared.
Result<void> prepare_tables(AddressSpace& from, AddressSpace& to, const Area& area) {
    for (UserAddr at = area.begin;; at = end_of_table(at, area.end)) {
        {
            const SpinGuard guard{from.tables_lock};
            if (tables().seek(from.table, at, area.end) == nullptr) {
                return {};
            }
        }
        TRY(tables().prepare(to.table, at));
    }
}

// The program's own pages become the child's as well, which nobody knows yet; neither may write to them from now on. Those of a cache come again from
// there. ENOMEM
Result<void> share_pages(AddressSpace& from, AddressSpace& to, const Area& area, bool& has_changed) {
    Result<void> result;
    for_each_entry(from, area.begin, area.end, [&](UserAddr at, Entry& entry, Removal&) {
        Translation page = entry.get();
        if (!result || (page.kind != PageKind::anonymous && area.kind.cache != nullptr)) {
            return;
        }
        if (page.kind == PageKind::anonymous) {
            result = frames().share(page.frame);
            if (!result) {
                return;
            }
        }
        if (has(page.rights, Rights::write)) {
            page.rights = without(page.rights, Rights::write);
            entry.set_rights(page.rights);
            has_changed = true;
        }
        tables().find(to.table, at)->set(page);
        to.count(page.kind, 1);
    });
    return result;
}

// Truncation finds the pages in the parent or in the child: it cannot come between.
Result<void> clone_area(AddressSpace& from, AddressSpace& to, Area& area, bool& has_changed) {
    const bool has_own_pages = !area.kind.shared && !area.kind.wiped_by_fork &&
                               (area.kind.cache == nullptr || area.has_copies.load(std::memory_order_relaxed));
    if (has_own_pages) {
        TRY(prepare_tables(from, to, area));
    }
    Area* const copy = TRY(make_area(to, area.begin, area.end));
    copy->kind = area.kind;
    copy->kind.locked = false;
    copy->first_page = area.first_page;
    copy->has_copies.store(area.has_copies.load(std::memory_order_relaxed), std::memory_order_relaxed);
    to.areas.push_back(*copy);
    account(to, copy->kind, static_cast<std::int64_t>(copy->pages()));
    if (copy->kind.cache == nullptr) {
        return has_own_pages ? share_pages(from, to, area, has_changed) : Result<void>{};
    }
    const MutexGuard guard{copy->kind.cache->mappings_mutex()};
    copy->kind.cache->add_mapping(*copy);
    return has_own_pages ? share_pages(from, to, area, has_changed) : Result<void>{};
}

}  // namespace

Result<void> MemoryManager::init() { return {}; }

UserTable& MemoryManager::table_of(AddressSpace& space) { return space.table; }
UserAddr MemoryManager::end() { return end_of_user(); }
SpaceLayout& MemoryManager::layout(AddressSpace& space) { return space.layout; }
std::atomic<std::uint32_t>& MemoryManager::note(AddressSpace& space) { return space.note; }
void MemoryManager::retain(AddressSpace& space) { space.retain(); }

Result<AddressSpace*> MemoryManager::create() {
    auto& heap = ports::virtual_memory::heap();
    AddressSpace* const space = TRY(memory::create<AddressSpace>(heap, memory::MaySleep{}));
    if (const Result<void> made = tables().create(space->table); !made) {
        memory::destroy(heap, space);
        return made.error();
    }
    space->map_top = choose_map_top();
    space->search_top = space->map_top;
    return space;
}

// All that has to be told to other CPUs is told at once, before anybody could use the child's pages.
Result<AddressSpace*> MemoryManager::clone(AddressSpace& space) {
    AddressSpace* const child = TRY(create());
    Result<void> result;
    {
        const WriteGuard guard{space.lock};
        child->map_top = space.map_top;
        child->search_top = space.search_top;
        child->hole = space.hole;
        child->layout = space.layout;
        child->note.store(space.note.load(std::memory_order_relaxed), std::memory_order_relaxed);
        bool has_changed = false;
        for (Area* area = space.areas.first(); area != nullptr && result; area = space.areas.next(*area)) {
            if (!area->kind.skips_fork) {
                result = clone_area(space, *child, *area, has_changed);
            }
        }
        child->peak_pages = child->pages;
        if (has_changed) {
            tables().invalidate(space.table, UserAddr{}, Tables::user_size);
        }
    }
    if (!result) {
        release(*child);
        return result.error();
    }
    return child;
}

void MemoryManager::release(AddressSpace& space) {
    if (space.drop()) {
        space.end();
    }
}

// Nobody uses it any more, but caches still find its areas.
void AddressSpace::end() {
    tables().retire(table);
    Leftovers leftovers;
    while (Area* const area = areas.last()) {
        take_area(*this, *area);
        remove_pages(*this, area->begin, area->end);
        leftovers.add(*area);
    }
    tables().destroy(table);
    memory::destroy(ports::virtual_memory::heap(), this);
}

// --- for caches

Area::Range Area::range_of(std::uint64_t first, std::uint64_t last) const {
    const std::uint64_t end_page = first_page + pages();
    if (last < first_page || first >= end_page) {
        return {begin, begin};
    }
    return {address_of(std::max(first, first_page)), last >= end_page - 1 ? end : address_of(last + 1)};
}

void Area::unmap_pages(std::uint64_t first, std::uint64_t last, bool copies_too) {
    const Range range = range_of(first, last);
    for_each_entry(space, range.begin, range.end, [copies_too](UserAddr at, Entry& entry, Removal& removal) {
        if (copies_too || entry.get().kind != PageKind::anonymous) {
            removal.take(at, entry);
        }
    });
}

void Area::protect_pages(std::uint64_t first, std::uint64_t last) {
    const Range range = range_of(first, last);
    for_each_entry(space, range.begin, range.end, [](UserAddr at, Entry& entry, Removal& removal) {
        if (const Translation was = entry.get(); was.kind == PageKind::cached && has(was.rights, Rights::write)) {
            entry.set_rights(without(was.rights, Rights::write));
            removal.changed(at);
        }
    });
}

// What is locked counts as used. That the CPU does not notice the next access to what it remembers is made up for by the one after that.
bool Area::take_accessed(std::uint64_t index) {
    const Range range = range_of(index, index);
    if (range.begin == range.end) {
        return false;
    }
    const SpinGuard guard{space.tables_lock};
    Entry* const entry = tables().find(space.table, range.begin);
    if (entry == nullptr || entry->is_empty() || entry->get().kind != PageKind::cached) {
        return false;
    }
    const bool was = entry->get().accessed;
    entry->set_accessed(false);
    return was || kind.locked;
}

}  // namespace phx::vm
