// One comparator a CPU: an interrupt at one point in time, for the CPU that armed it.
#pragma once

#include <concepts>

#include <base/types.hpp>

namespace phx::time {

// Interrupts masked. arm replaces what was armed; a deadline that has passed fires at once. When it fires the provider
// disarms it and calls its TimerListener in interrupt context.
template <class T>
concept EventTimer = requires(T& timer, Nanoseconds deadline) {
    { timer.arm(deadline) } -> std::same_as<void>;
    { timer.disarm() } -> std::same_as<void>;
};

}  // namespace phx::time
