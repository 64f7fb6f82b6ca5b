#pragma once

#include <time/interfaces/timers.hpp>

namespace phx::time::archetype {

struct Timers {
    void arm(Timer&, Nanoseconds) { __builtin_trap(); }
    bool cancel(Timer&) { __builtin_trap(); }
    bool cancel_sync(Timer&) { __builtin_trap(); }
    std::size_t pending() { __builtin_trap(); }
    std::uint64_t expired() { __builtin_trap(); }
    std::span<TimerInfo> list(std::span<TimerInfo>) { __builtin_trap(); }
};

}  // namespace phx::time::archetype
