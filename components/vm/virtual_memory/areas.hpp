// Work on the areas of an address space whose lock is held exclusively.
#pragma once

#include <cstdint>

#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <task/interfaces/process.hpp>
#include <vm/virtual_memory/address_space.hpp>

namespace phx::vm {

// getrlimit(2) of the running thread's process; a thread of the kernel's has none.
[[nodiscard]] std::uint64_t limit(unsigned resource);
[[nodiscard]] bool has_capability(unsigned capability);

[[nodiscard]] constexpr std::uint64_t pages_of(std::uint64_t size) { return size >> k_page_shift; }

// What areas held that are gone: files and caches, which nobody may let go of with a lock held. Ends with the scope, which is the lock's or an
// outer one.
class Leftovers {
public:
    Leftovers() = default;
    ~Leftovers();
    Leftovers(const Leftovers&) = delete;
    Leftovers& operator=(const Leftovers&) = delete;
    void add(Area& area);

private:
    Area* first_ = nullptr;  // through AreaNode::right
};

// An area that is part of no tree yet. ENOMEM
[[nodiscard]] Result<Area*> make_area(AddressSpace& space, UserAddr begin, UserAddr end);
void free_area(Area* area);

// So many pages of that kind have come or gone.
void account(AddressSpace& space, const AreaKind& kind, std::int64_t pages);
// Into the tree, its cache's mappings and the accounts; joined with its neighbours where they are alike. Returns the one that covers it.
Area& add_area(AddressSpace& space, Area& area, Leftovers& leftovers);
// Out of all of these. Its pages are untouched.
void take_area(AddressSpace& space, Area& area);
// Cuts the area that contains `at`, which is none of its ends, in two. ENOMEM
[[nodiscard]] Result<void> split(AddressSpace& space, Area& area, UserAddr at);
// So that `at` lies in no area but at one's beginning. ENOMEM
[[nodiscard]] Result<void> split_at(AddressSpace& space, UserAddr at);
// Joins it with the one before and the one after it, if they are alike; what covers it then.
Area& join(AddressSpace& space, Area& area, Leftovers& leftovers);
// Another kind, with its accounts.
void change_kind(AddressSpace& space, Area& area, AreaKind&& kind);
// It begins or ends elsewhere, with its accounts. Its pages are untouched.
void change_range(AddressSpace& space, Area& area, UserAddr begin, UserAddr end);

// All pages of the range, whatever they are in.
void remove_pages(AddressSpace& space, UserAddr begin, UserAddr end);
// Page tables that nobody needs any more between the areas around the range, which nothing is mapped in.
void remove_tables(AddressSpace& space, UserAddr begin, UserAddr end);
// munmap(2) of page-aligned addresses. ENOMEM: it would take more areas than there may be
[[nodiscard]] Result<void> unmap_range(AddressSpace& space, UserAddr begin, UserAddr end, Leftovers& leftovers);

// Whether RLIMIT_AS, RLIMIT_DATA and what there is allow so many more pages of that kind.
[[nodiscard]] Result<void> may_grow(const AddressSpace& space, const AreaKind& kind, std::uint64_t pages);
// RLIMIT_MEMLOCK. EPERM: it is 0; EAGAIN
[[nodiscard]] Result<void> may_lock(const AddressSpace& space, std::uint64_t pages, Errno error);
// The highest hole of that size below where mmap(2) begins, else the lowest above a third. ENOMEM
[[nodiscard]] Result<UserAddr> find_hole(AddressSpace& space, std::uint64_t size);
[[nodiscard]] bool is_free(AddressSpace& space, UserAddr begin, UserAddr end);

// Makes the pages of the range present that are those of an area with any rights, as if the program had written to them where they are its own. No lock
// is held. ENOMEM: not all could be had
[[nodiscard]] Result<void> populate(AddressSpace& space, UserAddr begin, UserAddr end);

[[nodiscard]] UserAddr end_of_user();
[[nodiscard]] std::uint32_t most_areas();
// vm.mmap_min_addr (Linux, Documentation/admin-guide/sysctl/vm.rst), and stack_guard_gap.
inline constexpr std::uint64_t k_lowest = 64 * KiB;
inline constexpr std::uint64_t k_stack_gap = 256 * k_page_size;

}  // namespace phx::vm
