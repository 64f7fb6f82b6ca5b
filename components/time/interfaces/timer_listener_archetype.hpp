#pragma once

#include <time/interfaces/timer_listener.hpp>

namespace phx::time::archetype {

struct TimerListener {
    void on_timer(Nanoseconds) { __builtin_trap(); }
};

}  // namespace phx::time::archetype
