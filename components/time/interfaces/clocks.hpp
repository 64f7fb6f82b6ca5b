// The clocks that Linux programs know (clock_gettime(2)).
#pragma once

#include <concepts>

#include <base/result.hpp>
#include <base/types.hpp>
#include <time/interfaces/clock_page.hpp>

namespace phx::time {

// Any context.
//   monotonic()         CLOCK_MONOTONIC: since the counter started, what timers go by; never goes back, never jumps
//   boottime()          CLOCK_BOOTTIME: the same and the time that the machine slept
//   realtime()          CLOCK_REALTIME: since 1970-01-01 00:00:00 UTC; jumps when it is set. Counts from 1970 on where nobody
//                       knows the time
//   set_realtime(time)  EINVAL: before the value of CLOCK_MONOTONIC, as in Linux (clock_settime(2)). Does not touch the
//                       real-time clock
//   page()              for mapping into user space, read-only; the same clocks, to the nanosecond
template <class T>
concept Clocks = requires(T& clocks, const T& const_clocks, Nanoseconds time) {
    { const_clocks.monotonic() } -> std::same_as<Nanoseconds>;
    { const_clocks.boottime() } -> std::same_as<Nanoseconds>;
    { const_clocks.realtime() } -> std::same_as<Nanoseconds>;
    { clocks.set_realtime(time) } -> std::same_as<Result<void>>;
    { const_clocks.page() } -> std::same_as<const ClockPage&>;
};

}  // namespace phx::time
