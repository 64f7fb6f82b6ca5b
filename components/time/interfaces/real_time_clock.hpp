// The time of day, kept while the machine is off.
#pragma once

#include <concepts>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::time {

// Any context, after the provider's init.
//   read()     whole seconds since 1970-01-01 00:00:00 UTC, in nanoseconds. ENODATA: it was never set
//   set(time)  the same; a fraction of a second is dropped. ERANGE: the device cannot hold it
template <class T>
concept RealTimeClock = requires(T& clock, const T& const_clock, Nanoseconds time) {
    { const_clock.read() } -> std::same_as<Result<Nanoseconds>>;
    { clock.set(time) } -> std::same_as<Result<void>>;
};

}  // namespace phx::time
