#pragma once

#include <vm/interfaces/user_tables.hpp>

namespace phx::vm::archetype {

struct UserTables {
    struct Entry {
        [[nodiscard]] bool is_empty() const { __builtin_trap(); }
        [[nodiscard]] Translation get() const { __builtin_trap(); }
        void set(const Translation&) { __builtin_trap(); }
        void set_rights(Rights) { __builtin_trap(); }
        void set_accessed(bool) { __builtin_trap(); }
        void clear() { __builtin_trap(); }
    };
    static constexpr std::uint64_t user_size = std::uint64_t{1} << 39;
    static constexpr std::size_t entries = 512;
    Result<void> create(UserTable&) { __builtin_trap(); }
    void retire(UserTable&) { __builtin_trap(); }
    void destroy(UserTable&) { __builtin_trap(); }
    void activate(UserTable&) { __builtin_trap(); }
    void deactivate() { __builtin_trap(); }
    Result<void> prepare(UserTable&, UserAddr) { __builtin_trap(); }
    Entry* find(UserTable&, UserAddr) { __builtin_trap(); }
    Entry* seek(UserTable&, UserAddr&, UserAddr) { __builtin_trap(); }
    void invalidate(UserTable&, UserAddr, std::uint64_t) { __builtin_trap(); }
    void prune(UserTable&, UserAddr, UserAddr) { __builtin_trap(); }
};

}  // namespace phx::vm::archetype
