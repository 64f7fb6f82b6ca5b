// A page descriptor of a program's (Arm ARM DDI 0487, D8.3.2, D8.4, D8.5): not global, executable by the kernel never.
#pragma once

#include <atomic>
#include <cstdint>

#include <vm/interfaces/user_tables.hpp>

namespace phx::arch {

// Other CPUs walk the table while it changes.
class UserEntry {
public:
    [[nodiscard]] bool is_empty() const { return load() == 0; }
    [[nodiscard]] vm::Translation get() const {
        const std::uint64_t bits = load();
        vm::Rights rights = vm::Rights::none;
        if ((bits & k_valid) != 0) {
            rights = vm::Rights::read;
            rights = (bits & k_read_only) == 0 ? rights | vm::Rights::write : rights;
            rights = (bits & k_user_execute_never) == 0 ? rights | vm::Rights::execute : rights;
        }
        return {Frame{(bits & k_address) >> k_page_shift}, rights, static_cast<vm::PageKind>(bits >> k_kind_shift & 3), (bits & k_accessed) != 0};
    }
    void set(const vm::Translation& to) {
        store(to.frame.address().value() | std::uint64_t{static_cast<std::uint8_t>(to.kind)} << k_kind_shift | (to.accessed ? k_accessed : 0) |
              bits_of(to.rights));
    }
    void set_rights(vm::Rights rights) { store((load() & ~k_rights) | bits_of(rights)); }
    void set_accessed(bool accessed) { store(accessed ? load() | k_accessed : load() & ~k_accessed); }
    void clear() { store(0); }

private:
    static constexpr std::uint64_t k_valid = 1;
    static constexpr std::uint64_t k_page = 3;
    static constexpr std::uint64_t k_user = std::uint64_t{1} << 6;       // AP[1]
    static constexpr std::uint64_t k_read_only = std::uint64_t{1} << 7;  // AP[2]
    static constexpr std::uint64_t k_accessed = std::uint64_t{1} << 10;
    static constexpr std::uint64_t k_user_execute_never = std::uint64_t{1} << 54;
    static constexpr std::uint64_t k_address = 0x0000'ffff'ffff'f000;
    // Normal memory as start.S sets MAIR, inner shareable, not global, PXN.
    static constexpr std::uint64_t k_always = std::uint64_t{1} << 2 | std::uint64_t{3} << 8 | std::uint64_t{1} << 11 | std::uint64_t{1} << 53;
    // Of the software's own bits [58:55].
    static constexpr unsigned k_kind_shift = 55;
    static constexpr std::uint64_t k_kept = std::uint64_t{1} << 57;  // without valid: a translation without rights
    static constexpr std::uint64_t k_rights = k_always | k_page | k_user | k_read_only | k_user_execute_never | k_kept;

    [[nodiscard]] static std::uint64_t bits_of(vm::Rights rights) {
        if (rights == vm::Rights::none) {
            return k_kept;
        }
        return k_always | k_page | k_user | (has(rights, vm::Rights::write) ? 0 : k_read_only) |
               (has(rights, vm::Rights::execute) ? 0 : k_user_execute_never);
    }
    [[nodiscard]] std::uint64_t load() const { return bits_.load(std::memory_order_relaxed); }
    // What the page holds is seen by whoever sees the entry.
    void store(std::uint64_t bits) { bits_.store(bits, std::memory_order_release); }

    std::atomic<std::uint64_t> bits_;
};
static_assert(sizeof(UserEntry) == 8);

}  // namespace phx::arch
