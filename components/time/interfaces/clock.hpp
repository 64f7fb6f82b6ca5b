// Monotonic time.
#pragma once

#include <concepts>

#include <base/types.hpp>

namespace phx::time {

// now(): since the counter started; never goes back; any context; valid before the provider's init (0 until the rate is
// known). resolution(): of now(), at least 1 ns.
template <class T>
concept Clock = requires(const T& clock) {
    { clock.now() } -> std::same_as<Nanoseconds>;
    { clock.resolution() } -> std::same_as<Nanoseconds>;
};

}  // namespace phx::time
