#pragma once

#include <time/interfaces/real_time_clock.hpp>

namespace phx::time::archetype {

struct RealTimeClock {
    [[nodiscard]] Result<Nanoseconds> read() const { __builtin_trap(); }
    Result<void> set(Nanoseconds) { __builtin_trap(); }
};

}  // namespace phx::time::archetype
