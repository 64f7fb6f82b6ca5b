#pragma once

#include <task/interfaces/timer_sets.hpp>

namespace phx::task::archetype {

struct TimerSets {
    void on_exec(Process&) { __builtin_trap(); }
    void limit_changed(Process&) { __builtin_trap(); }
    void clock_was_set() { __builtin_trap(); }
    void end(Process&) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
