// Who is told when the event timer fires.
#pragma once

#include <concepts>

#include <base/types.hpp>

namespace phx::time {

// on_timer(now): interrupt context, interrupts masked.
template <class T>
concept TimerListener = requires(T& listener, Nanoseconds now) {
    { listener.on_timer(now) } -> std::same_as<void>;
};

}  // namespace phx::time
