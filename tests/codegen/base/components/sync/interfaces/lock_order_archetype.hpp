#pragma once

#include <sync/interfaces/lock_order.hpp>

namespace phx::sync::archetype {

struct LockOrder {
    static constexpr std::size_t declared_count = 0;
    [[nodiscard]] std::span<const DeclaredOrder> declared() const { __builtin_trap(); }
};

}  // namespace phx::sync::archetype
