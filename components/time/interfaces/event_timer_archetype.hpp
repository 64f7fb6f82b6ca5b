#pragma once

#include <time/interfaces/event_timer.hpp>

namespace phx::time::archetype {

struct EventTimer {
    void arm(Nanoseconds) { __builtin_trap(); }
    void disarm() { __builtin_trap(); }
};

}  // namespace phx::time::archetype
