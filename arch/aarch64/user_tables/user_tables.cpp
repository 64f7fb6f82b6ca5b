#include "user_tables.hpp"

#include <arch/page.hpp>
#include <arch/user_translation.hpp>
#include <base/panic.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/user_tables.hpp>

namespace phx::arch {
namespace {

// Tables above the last level hold the addresses of those below, or 0. CPUs walk them, and several threads may put one in at once.
using Slot = std::atomic<std::uint64_t>;

constexpr std::uint64_t k_table = 3;
constexpr std::uint64_t k_address = 0x0000'ffff'ffff'f000;

[[nodiscard]] Slot* reach(PhysAddr table) { return reinterpret_cast<Slot*>(ports::user_tables::map().to_virtual(table)); }
[[nodiscard]] Slot* below(const Slot& slot) {
    const std::uint64_t entry = slot.load(std::memory_order_acquire);
    return entry == 0 ? nullptr : reach(PhysAddr{entry & k_address});
}

Result<Frame> new_table() {
    const Frame frame = TRY(memory::allocate(ports::user_tables::pages(), 0, memory::MaySleep{}));
    clear_page(reach(frame.address()));
    return frame;
}
void free_table(const Slot* table) {
    ports::user_tables::pages().free(Frame::containing(ports::user_tables::map().to_physical(table)), 0);
}

// Several may at once.
void enlist(vm::UserTable& table, Frame made) {
    table.tables.fetch_add(1, std::memory_order_relaxed);
    if (table.listed.load(std::memory_order_relaxed) <= table.list.size()) {
        const std::uint32_t number = table.listed.fetch_add(1, std::memory_order_relaxed);
        if (number < table.list.size()) {
            table.list[number] = made;
        }
    }
}
// While nobody else does either.
void delist(vm::UserTable& table, Frame gone) {
    table.tables.fetch_sub(1, std::memory_order_relaxed);
    const std::uint32_t listed = table.listed.load(std::memory_order_relaxed);
    if (listed <= table.list.size()) {
        *std::find(table.list.begin(), table.list.begin() + listed, gone) = table.list[listed - 1];
        table.listed.store(listed - 1, std::memory_order_relaxed);
    }
}

// All tables below a root, and that: depth first, without recursion, by a path of slots from the top.
template <std::size_t levels>
void free_by_search(PhysAddr root) {
    constexpr std::size_t k_entries = 512;
    std::array<Slot*, levels> tables{reach(root)};
    std::array<std::size_t, levels> next{};
    for (std::size_t level = 0;;) {
        if (level == levels - 1 || next[level] == k_entries) {
            free_table(tables[level]);
            if (level == 0) {
                return;
            }
            --level;
        } else if (Slot* child = below(tables[level][next[level]++])) {
            ++level;
            tables[level] = child;
            next[level] = 0;
        }
    }
}

}  // namespace

Result<void> UserTables::init() {
    empty_ = user_root();
    asid_bits_ = asid_bits();
    generation_.store(std::uint64_t{1} << asid_bits_, std::memory_order_relaxed);
    open_user_half(address_bits);
    return {};
}

Result<void> UserTables::init_cpu() {
    open_user_half(address_bits);
    return {};
}

Result<void> UserTables::create(vm::UserTable& table) {
    const Frame root = TRY(new_table());
    table.root = root.address();
    table.address_space_id.store(0, std::memory_order_relaxed);
    table.cpus.store(0, std::memory_order_relaxed);
    table.tables.store(1, std::memory_order_relaxed);
    table.listed.store(0, std::memory_order_relaxed);
    return {};
}

UserEntry* UserTables::find(vm::UserTable& table, UserAddr at) {
    const Slot* level = reach(table.root);
    for (unsigned shift = k_top_shift; shift > 12; shift -= 9) {
        level = below(level[index(at, shift)]);
        if (level == nullptr) {
            return nullptr;
        }
    }
    return reinterpret_cast<UserEntry*>(const_cast<Slot*>(level)) + index(at, 12);
}

// Where a table is missing, all that it would translate is passed over.
UserEntry* UserTables::seek(vm::UserTable& table, UserAddr& at, UserAddr end) {
    while (at < end) {
        const Slot* level = reach(table.root);
        unsigned shift = k_top_shift;
        while (shift > 12) {
            const Slot* const next = below(level[index(at, shift)]);
            if (next == nullptr) {
                break;
            }
            level = next;
            shift -= 9;
        }
        if (shift == 12) {
            return reinterpret_cast<UserEntry*>(const_cast<Slot*>(level)) + index(at, 12);
        }
        const std::uint64_t size = std::uint64_t{1} << shift;
        at = at.aligned_down(size) + size;
    }
    return nullptr;
}

Result<void> UserTables::make_tables(vm::UserTable& table, UserAddr at) {
    Slot* level = reach(table.root);
    for (unsigned shift = k_top_shift; shift > 12; shift -= 9) {
        Slot& slot = level[index(at, shift)];
        level = below(slot);
        if (level != nullptr) {
            continue;
        }
        const Frame made = TRY(new_table());
        std::uint64_t expected = 0;
        if (slot.compare_exchange_strong(expected, made.address().value() | k_table, std::memory_order_acq_rel)) {
            enlist(table, made);
        } else {
            ports::user_tables::pages().free(made, 0);
        }
        level = below(slot);
    }
    return {};
}

// --- who is where

void UserTables::switch_to(Cpu& cpu, vm::UserTable& table) {
    std::uint64_t id = table.address_space_id.load(std::memory_order_relaxed);
    std::uint64_t active = cpu.active.load(std::memory_order_relaxed);
    // A new generation takes `active` away from every CPU, under the lock; whoever still had one when it wrote its own is seen by that.
    const bool current = ((id ^ generation_.load(std::memory_order_relaxed)) >> asid_bits_) == 0 && active != 0 &&
                         cpu.active.compare_exchange_strong(active, id, std::memory_order_relaxed);
    bool news = false;
    if (!current) [[unlikely]] {
        lock_.lock();
        renew(table);
        id = table.address_space_id.load(std::memory_order_relaxed);
        if (cpu.must_forget) {
            cpu.must_forget = false;
            invalidate_all_users();
        }
        cpu.active.store(id, std::memory_order_relaxed);
        lock_.unlock();
        news = true;
    }
    const std::uint64_t me = std::uint64_t{1} << this_cpu();
    if ((table.cpus.load(std::memory_order_relaxed) & me) == 0) {
        table.cpus.fetch_or(me, std::memory_order_relaxed);
        news = true;
    }
    if (news) {
        // Whoever changes an entry and then looks whom to tell either finds this CPU and this ASID, or is seen by its walks.
        order_translations();
    }
    cpu.table.store(&table, std::memory_order_relaxed);
    set_user_table(table.root, id & ((std::uint64_t{1} << asid_bits_) - 1));
}

void UserTables::renew(vm::UserTable& table) {
    const std::uint64_t id = table.address_space_id.load(std::memory_order_relaxed);
    if (id != 0 && ((id ^ generation_.load(std::memory_order_relaxed)) >> asid_bits_) == 0) {
        return;
    }
    table.address_space_id.store(new_number(id), std::memory_order_relaxed);
}

// What ran on some CPU when the generation began keeps its ASID, and the others must not get that. As no number is given twice in a generation, a
// count does for the rest.
std::uint64_t UserTables::new_number(std::uint64_t old) {
    const std::uint64_t mask = (std::uint64_t{1} << asid_bits_) - 1;
    const auto keep = [&] {
        bool kept = false;
        for (unsigned cpu = 0; cpu < cpus_.count; ++cpu) {
            if (old != 0 && cpus_.of(cpu).reserved == old) {
                cpus_.of(cpu).reserved = generation_.load(std::memory_order_relaxed) | (old & mask);
                kept = true;
            }
        }
        return kept;
    };
    const auto is_reserved = [&](std::uint64_t asid) {
        for (unsigned cpu = 0; cpu < cpus_.count; ++cpu) {
            if ((cpus_.of(cpu).reserved & mask) == asid) {
                return true;
            }
        }
        return false;
    };
    for (;;) {
        if (keep()) {
            return generation_.load(std::memory_order_relaxed) | (old & mask);
        }
        for (; next_asid_ <= mask; ++next_asid_) {
            if (!is_reserved(next_asid_)) {
                return generation_.load(std::memory_order_relaxed) | next_asid_++;
            }
        }
        begin_generation();
    }
}

void UserTables::begin_generation() {
    generation_.store(generation_.load(std::memory_order_relaxed) + (std::uint64_t{1} << asid_bits_), std::memory_order_relaxed);
    next_asid_ = 1;
    for (unsigned i = 0; i < cpus_.count; ++i) {
        Cpu& cpu = cpus_.of(i);
        // 0: it has not switched since the generation before, whose reservation it still lives on.
        if (const std::uint64_t active = cpu.active.exchange(0, std::memory_order_relaxed); active != 0) {
            cpu.reserved = active;
        }
        cpu.must_forget = true;
    }
}

void UserTables::deactivate() {
    cpus_.local().table.store(nullptr, std::memory_order_relaxed);
    set_user_table(empty_, 0);
}

// On a CPU that a thread of the kernel runs on since one of the program's did, the table is still in place.
void UserTables::leave(void* table) {
    UserTables& self = ports::user_tables::self();
    if (self.cpus_.local().table.load(std::memory_order_relaxed) == table) {
        self.deactivate();
    }
}

// Its ASID is not given to another one before every CPU has forgotten it, so nothing needs to be invalidated.
void UserTables::retire(vm::UserTable& table) {
    {
        const InterruptGuard guard;
        leave(&table);
    }
    if (auto* cpus = ports::user_tables::cpus()) {
        for (unsigned cpu = 0; cpu < cpus_.count; ++cpu) {
            if (cpus_.of(cpu).table.load(std::memory_order_relaxed) == &table) {
                cpus->call(cpu, &leave, &table);
            }
        }
    }
    table.cpus.store(0, std::memory_order_relaxed);
}

void UserTables::destroy(vm::UserTable& table) {
    const std::uint32_t listed = table.listed.load(std::memory_order_relaxed);
    if (listed <= table.list.size()) {
        for (std::uint32_t i = 0; i < listed; ++i) {
            ports::user_tables::pages().free(table.list[i], 0);
        }
        free_table(reach(table.root));
    } else {
        free_by_search<(k_top_shift - 12) / 9 + 1>(table.root);
    }
    table.root = {};
    table.tables.store(0, std::memory_order_relaxed);
}

// --- what CPUs remember

void UserTables::invalidate(vm::UserTable& table, UserAddr begin, std::uint64_t size) {
    publish_translations();
    const InterruptGuard guard;
    const std::uint64_t cpus = table.cpus.load(std::memory_order_relaxed);
    if (cpus == 0) {
        return;  // it has never run
    }
    const bool own = cpus_.count == 1 || cpus == std::uint64_t{1} << this_cpu();
    const std::uint64_t asid = table.address_space_id.load(std::memory_order_relaxed) & ((std::uint64_t{1} << asid_bits_) - 1);
    if (size > k_pages_one_by_one * k_page_size) {
        invalidate_user(asid, own);
    } else {
        for (std::uint64_t done = 0; done < size; done += k_page_size) {
            invalidate_user_page(asid, begin + done, own);
        }
    }
    finish_invalidation(own);
}

// Tables above the last level stay: there is one for each GiB.
void UserTables::prune(vm::UserTable& table, UserAddr begin, UserAddr end) {
    end = end.aligned_down(k_last_size);
    for (UserAddr at = begin.aligned_up(k_last_size); seek(table, at, end) != nullptr; at += k_last_size) {
        Slot* level = reach(table.root);
        for (unsigned shift = k_top_shift; shift > 21; shift -= 9) {
            level = below(level[index(at, shift)]);
        }
        Slot& slot = level[index(at, 21)];
        const Slot* const last = below(slot);
        slot.store(0, std::memory_order_relaxed);
        publish_translations();
        {
            const InterruptGuard guard;
            const std::uint64_t cpus = table.cpus.load(std::memory_order_relaxed);
            const bool own = cpus_.count == 1 || cpus == std::uint64_t{1} << this_cpu();
            if (cpus != 0) {
                invalidate_user_table(table.address_space_id.load(std::memory_order_relaxed) & ((std::uint64_t{1} << asid_bits_) - 1), at, own);
                finish_invalidation(own);
            }
        }
        const Frame frame = Frame::containing(ports::user_tables::map().to_physical(last));
        delist(table, frame);
        ports::user_tables::pages().free(frame, 0);
    }
}

}  // namespace phx::arch
