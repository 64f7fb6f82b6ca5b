#pragma once

#include <time/interfaces/clock.hpp>

namespace phx::time::archetype {

struct Clock {
    [[nodiscard]] Nanoseconds now() const { __builtin_trap(); }
    [[nodiscard]] Nanoseconds resolution() const { __builtin_trap(); }
};

}  // namespace phx::time::archetype
