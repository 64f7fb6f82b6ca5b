// Which lock may be taken inside which in this graph, as manifests say. Generated.
#pragma once

#include <span>

#include <sync/interfaces/lock_order.hpp>

namespace phx::wiring {

struct LockOrder {
    static constexpr std::size_t declared_count = 5;
    static std::span<const ::phx::sync::DeclaredOrder> declared();
};

inline constexpr LockOrder lock_order{};

}  // namespace phx::wiring
