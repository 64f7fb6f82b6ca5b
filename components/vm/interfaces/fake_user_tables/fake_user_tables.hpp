// Page tables without entries, which know which one is active. For users that only activate them.
#pragma once

#include <vm/interfaces/user_tables_archetype.hpp>

namespace phx::vm {

class FakeUserTables : public archetype::UserTables {
public:
    constexpr FakeUserTables() = default;

    Result<void> create(UserTable&) { return {}; }
    void retire(UserTable&) {}
    void destroy(UserTable&) {}
    void activate(UserTable& table) { active_ = &table; }
    void deactivate() { active_ = nullptr; }

    [[nodiscard]] const UserTable* active() const { return active_; }

private:
    const UserTable* active_ = nullptr;
};

}  // namespace phx::vm
