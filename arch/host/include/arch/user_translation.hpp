// CPUs that translate programs' addresses as the Arm architecture has it: they walk tables, keep what they found, and go on using it until it is
// invalidated. A test makes accesses with host::access.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <arch/thread_head.hpp>
#include <base/types.hpp>
#include <base/user.hpp>

namespace phx::arch {

namespace host {

enum class UserAccess : std::uint8_t { read, write, execute };

struct UserMmu {
    PhysAddr root;
    std::uint64_t asid = 0;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> known;  // ASID and page: descriptor
};
inline std::mutex user_mmus_mutex;
inline std::array<UserMmu, 8> user_mmus;
inline unsigned user_address_bits = 39;
inline unsigned user_asid_bits = 8;
inline std::byte* (*reach_table)(PhysAddr) = nullptr;  // the test's
inline std::uint64_t invalidated_pages = 0;
inline std::uint64_t invalidated_users = 0;

inline void reset_user_mmus() {
    const std::lock_guard guard{user_mmus_mutex};
    user_mmus = {};
    user_asid_bits = 8;
    invalidated_pages = invalidated_users = 0;
}

// The descriptor for a page, 0: none. Levels from the top: 9 bits each.
inline std::uint64_t walk_user(PhysAddr root, std::uint64_t at) {
    PhysAddr table = root;
    for (int shift = user_address_bits > 39 ? 39 : 30; shift >= 12; shift -= 9) {
        const auto* entries = reinterpret_cast<std::uint64_t*>(reach_table(table));
        const std::uint64_t entry = __atomic_load_n(&entries[at >> shift & 511], __ATOMIC_ACQUIRE);
        if ((entry & 3) != 3) {
            return 0;
        }
        if (shift == 12) {
            return entry;
        }
        table = PhysAddr{entry & 0x0000'ffff'ffff'f000};
    }
    return 0;
}

// An access by the program that runs on this CPU; nothing: it faults.
inline std::optional<PhysAddr> access(UserAddr at, UserAccess kind) {
    const std::lock_guard guard{user_mmus_mutex};
    UserMmu& mmu = user_mmus.at(current()->cpu);
    if (mmu.root == PhysAddr{} || (at.value() >> user_address_bits) != 0) {
        return std::nullopt;
    }
    const auto key = std::pair{mmu.asid, at.value() >> k_page_shift};
    auto known = mmu.known.find(key);
    if (known == mmu.known.end()) {
        const std::uint64_t entry = walk_user(mmu.root, at.value());
        if ((entry & 1) == 0 || (entry >> 10 & 1) == 0) {  // translation and access flag faults are not remembered
            return std::nullopt;
        }
        known = mmu.known.emplace(key, entry).first;
    }
    const std::uint64_t entry = known->second;
    const bool user = (entry >> 6 & 1) != 0;
    const bool writable = (entry >> 7 & 1) == 0;
    const bool executable = (entry >> 54 & 1) == 0;
    if (!user || (kind == UserAccess::write && !writable) || (kind == UserAccess::execute && !executable)) {
        return std::nullopt;
    }
    return PhysAddr{(entry & 0x0000'ffff'ffff'f000) | (at.value() & (k_page_size - 1))};
}

// Whether any CPU may still reach the frame.
inline bool is_reachable(Frame frame) {
    const std::lock_guard guard{user_mmus_mutex};
    for (const UserMmu& mmu : user_mmus) {
        for (const auto& [key, entry] : mmu.known) {
            if (Frame::containing(PhysAddr{entry & 0x0000'ffff'ffff'f000}) == frame) {
                return true;
            }
        }
    }
    return false;
}

inline void invalidate(bool own, auto&& which) {
    const std::lock_guard guard{user_mmus_mutex};
    for (std::size_t cpu = 0; cpu < user_mmus.size(); ++cpu) {
        if (!own || cpu == current()->cpu) {
            std::erase_if(user_mmus[cpu].known, [&](const auto& item) { return which(item.first); });
        }
    }
}

}  // namespace host

[[nodiscard]] inline unsigned asid_bits() { return host::user_asid_bits; }
[[nodiscard]] inline PhysAddr user_root() { return host::user_mmus.at(current()->cpu).root; }
inline void open_user_half(unsigned address_bits) { host::user_address_bits = address_bits; }
inline void publish_translations() { std::atomic_thread_fence(std::memory_order_seq_cst); }
inline void order_translations() { std::atomic_thread_fence(std::memory_order_seq_cst); }
inline void set_user_table(PhysAddr root, std::uint64_t asid) {
    const std::lock_guard guard{host::user_mmus_mutex};
    host::user_mmus.at(current()->cpu).root = root;
    host::user_mmus.at(current()->cpu).asid = asid;
}
inline void invalidate_user_page(std::uint64_t asid, UserAddr at, bool own) {
    ++host::invalidated_pages;
    host::invalidate(own, [&](const auto& key) { return key == std::pair{asid, at.value() >> k_page_shift}; });
}
inline void invalidate_user_table(std::uint64_t asid, UserAddr at, bool own) {
    host::invalidate(own, [&](const auto& key) { return key.first == asid && key.second >> 9 == at.value() >> (k_page_shift + 9); });
}
inline void invalidate_user(std::uint64_t asid, bool own) {
    ++host::invalidated_users;
    host::invalidate(own, [&](const auto& key) { return key.first == asid; });
}
inline void finish_invalidation(bool) {}
inline void invalidate_all_users() {
    host::invalidate(true, [](const auto&) { return true; });
}

}  // namespace phx::arch
