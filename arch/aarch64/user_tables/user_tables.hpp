// Programs' page tables: 4 KiB granule, three levels for 39 bits of address, four for 48. ASIDs are numbered through; when they run out a new
// generation of them begins, and each CPU forgets what it knows before it uses one of these.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <base/user.hpp>
#include <params/user_tables.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/per_cpu.hpp>
#include <sync/spinlock.hpp>
#include <vm/interfaces/user_tables.hpp>

#include "user_entry.hpp"

namespace phx::arch {

class UserTables {
public:
    using Entry = UserEntry;
    static constexpr unsigned address_bits = static_cast<unsigned>(params::user_tables::address_bits);
    static_assert(address_bits == 39 || address_bits == 48, "user_tables: parameter `address_bits` is 39 or 48");
    static constexpr std::uint64_t user_size = std::uint64_t{1} << address_bits;
    static constexpr std::size_t entries = 512;

    constexpr UserTables() = default;

    // Opens the programs' half on this CPU, which the mmu has closed with an empty table in place.
    Result<void> init();
    Result<void> init_cpu();

    // UserTables
    Result<void> create(vm::UserTable& table);
    void retire(vm::UserTable& table);
    void destroy(vm::UserTable& table);
    void activate(vm::UserTable& table) {
        Cpu& cpu = cpus_.local();
        const std::uint64_t id = table.address_space_id.load(std::memory_order_relaxed);
        if (cpu.table.load(std::memory_order_relaxed) == &table && cpu.active.load(std::memory_order_relaxed) == id) [[likely]] {
            return;
        }
        switch_to(cpu, table);
    }
    void deactivate();
    Result<void> prepare(vm::UserTable& table, UserAddr at) { return find(table, at) != nullptr ? Result<void>{} : make_tables(table, at); }
    [[nodiscard]] Entry* find(vm::UserTable& table, UserAddr at);
    [[nodiscard]] Entry* seek(vm::UserTable& table, UserAddr& at, UserAddr end);
    void invalidate(vm::UserTable& table, UserAddr begin, std::uint64_t size);
    void prune(vm::UserTable& table, UserAddr begin, UserAddr end);

private:
    static constexpr unsigned k_top_shift = address_bits == 39 ? 30 : 39;
    static constexpr std::uint64_t k_last_size = std::uint64_t{1} << 21;  // what a last-level table translates
    static constexpr std::uint64_t k_pages_one_by_one = 32;               // beyond that a whole ASID is cheaper to invalidate
    static constexpr sync::LockClass k_lock_class = sync::LearntLockClass::make("ASIDs");

    // The low bits of address_space_id are the ASID, the rest is its generation. ASID 0 belongs to nobody.
    struct Cpu {
        std::atomic<vm::UserTable*> table{nullptr};  // in TTBR0; null: the empty one
        std::atomic<std::uint64_t> active{0};        // its address_space_id; 0 since a new generation began
        std::uint64_t reserved = 0;                  // guarded by lock_: what it ran as then
        bool must_forget = false;                    // guarded by lock_: before it uses this generation's
    };

    [[nodiscard]] static constexpr std::size_t index(UserAddr at, unsigned shift) { return at.value() >> shift & (entries - 1); }
    Result<void> make_tables(vm::UserTable& table, UserAddr at);
    void switch_to(Cpu& cpu, vm::UserTable& table);
    void renew(vm::UserTable& table) __attribute__((requires_capability(lock_)));
    [[nodiscard]] std::uint64_t new_number(std::uint64_t old) __attribute__((requires_capability(lock_)));
    void begin_generation() __attribute__((requires_capability(lock_)));
    static void leave(void* table);

    PerCpu<Cpu> cpus_;
    PhysAddr empty_;
    unsigned asid_bits_ = 8;
    SpinLock lock_{k_lock_class};
    std::atomic<std::uint64_t> generation_{0};
    std::uint64_t next_asid_ __attribute__((guarded_by(lock_))) = 1;
};

}  // namespace phx::arch
