#pragma once

#include <time/interfaces/time_counter.hpp>

namespace phx::time::archetype {

struct TimeCounter {
    [[nodiscard]] CounterRate rate() const { __builtin_trap(); }
};

}  // namespace phx::time::archetype
