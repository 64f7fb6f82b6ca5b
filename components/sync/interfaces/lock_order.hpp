// Which lock may be taken inside which, as the manifests of a graph's components say. The wiring provides it.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include <sync/interfaces/lock_class.hpp>

namespace phx::sync {

struct DeclaredOrder {
    const LockClass* before;
    const LockClass* after;  // of a greater rank
    const char* place;       // the manifest's line that says so
};

// Constants; any context.
template <class T>
concept LockOrder = requires(const T& order) {
    { T::declared_count } -> std::convertible_to<std::size_t>;
    { order.declared() } -> std::same_as<std::span<const DeclaredOrder>>;
};

}  // namespace phx::sync
