#pragma once

#include <time/interfaces/clocks.hpp>

namespace phx::time::archetype {

struct Clocks {
    [[nodiscard]] Nanoseconds monotonic() const { __builtin_trap(); }
    [[nodiscard]] Nanoseconds boottime() const { __builtin_trap(); }
    [[nodiscard]] Nanoseconds realtime() const { __builtin_trap(); }
    Result<void> set_realtime(Nanoseconds) { __builtin_trap(); }
    [[nodiscard]] const ClockPage& page() const { __builtin_trap(); }
};

}  // namespace phx::time::archetype
