// The page tables of programs, in the processor's format, and who uses them.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <base/user.hpp>

namespace phx::vm {

// Of one address space. Its owner guards the translations with a spinlock of its own; the provider of UserTables keeps the rest.
struct UserTable {
    PhysAddr root;
    std::atomic<std::uint64_t> address_space_id{0};  // generation and ASID
    std::atomic<std::uint64_t> cpus{0};              // bit n: CPU n may have translations of it
    std::atomic<std::uint32_t> tables{0};            // page frames that hold it, the root included
    std::atomic<std::uint32_t> listed{0};            // how many of these but the root are in `list`; more than it holds: do not look there
    std::array<Frame, 22> list{};                    // so that a small one comes apart without a search
};

// What a program may do with a page. The processors that this is made for know no page that can be written or executed, but not read: `write` and
// `execute` include `read`.
enum class Rights : std::uint8_t { none = 0, read = 1, write = 2, execute = 4 };
[[nodiscard]] constexpr Rights operator|(Rights a, Rights b) {
    return static_cast<Rights>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr Rights operator&(Rights a, Rights b) {
    return static_cast<Rights>(static_cast<std::uint8_t>(a) & static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr Rights without(Rights all, Rights some) {
    return static_cast<Rights>(static_cast<std::uint8_t>(all) & ~static_cast<std::uint8_t>(some));
}
[[nodiscard]] constexpr bool has(Rights all, Rights one) { return (all & one) != Rights::none; }

// What a translation leads to. The tables keep it for their owner, who counts references by it.
enum class PageKind : std::uint8_t {
    anonymous,  // a program's own, or shared after fork: the translation is one of its owners
    cached,     // of a page cache: the translation holds a reference
    lasting,    // somebody's who stays: the zero page, the vDSO, an archive in memory; nothing is counted
};

// One translation as it is. With Rights::none it is kept, but no access succeeds (PROT_NONE).
struct Translation {
    Frame frame;
    Rights rights = Rights::none;
    PageKind kind = PageKind::anonymous;
    bool accessed = false;

    bool operator==(const Translation&) const = default;
};

// An entry of a last-level table. The owner's lock is held. Whoever takes something away (another frame, fewer rights, cleared) invalidates before
// anybody may rely on it: before the frame is given back, and, where another frame takes its place, between clear() and set() (Arm ARM DDI 0487,
// D8.16.1, break-before-make).
//   is_empty()          no translation
//   get()               of one that is not empty
//   set(translation)    of one that is empty: no invalidation. A program that sees the old state meanwhile faults, and finds nothing to do
//   set_rights(rights)
//   set_accessed(bool)  false: the next access faults. Need not be invalidated: what the CPU knows already it may go on using
//   clear()
template <class T>
concept TableEntry = requires(T& entry, const T& const_entry, const Translation& translation, Rights rights) {
    { const_entry.is_empty() } -> std::same_as<bool>;
    { const_entry.get() } -> std::same_as<Translation>;
    { entry.set(translation) } -> std::same_as<void>;
    { entry.set_rights(rights) } -> std::same_as<void>;
    { entry.set_accessed(true) } -> std::same_as<void>;
    { entry.clear() } -> std::same_as<void>;
};

// Addresses are page aligned and lie below user_size.
//   user_size                   bytes of the programs' half
//   entries                     of a last-level table; `find` gives one of an array that goes on to the end of its table
//   create(table)               thread context; may sleep: an empty one. ENOMEM
//   retire(table)               thread context: it leaves every CPU, and nobody activates it any more; nothing of it needs to be invalidated from now on
//   destroy(table)              thread context: it has been retired or was never activated, and its owner has cleared all entries
//   activate(table)             interrupts masked, as in a switch; no sleeping, no locks but the provider's: programs' accesses on this CPU go
//                               through it from now on. Cheap if that is so already
//   deactivate()                interrupts masked: programs' accesses on this CPU find nothing
//   prepare(table, at)          thread context; may sleep; the owner sees to it that nobody prunes: there is a table for `at`. ENOMEM
//   find(table, at)             the owner's lock: the entry; null: there is no table for it
//   seek(table, at, end)        the owner's lock: the entry of the first address from `at` on, below `end`, that has a table; moves `at` there.
//                               Null: there is none
//   invalidate(table, begin, size)  any context: no CPU has a translation of these pages any more that differs from the table
//   prune(table, begin, end)    the owner's lock: frees the last-level tables that lie in the range, whose entries are empty, and invalidates
template <class T>
concept UserTables = TableEntry<typename T::Entry> && requires(T& tables, UserTable& table, UserAddr at, std::uint64_t size) {
    { T::user_size } -> std::convertible_to<std::uint64_t>;
    { T::entries } -> std::convertible_to<std::size_t>;
    { tables.create(table) } -> std::same_as<Result<void>>;
    { tables.retire(table) } -> std::same_as<void>;
    { tables.destroy(table) } -> std::same_as<void>;
    { tables.activate(table) } -> std::same_as<void>;
    { tables.deactivate() } -> std::same_as<void>;
    { tables.prepare(table, at) } -> std::same_as<Result<void>>;
    { tables.find(table, at) } -> std::same_as<typename T::Entry*>;
    { tables.seek(table, at, at) } -> std::same_as<typename T::Entry*>;
    { tables.invalidate(table, at, size) } -> std::same_as<void>;
    { tables.prune(table, at, at) } -> std::same_as<void>;
};

}  // namespace phx::vm
