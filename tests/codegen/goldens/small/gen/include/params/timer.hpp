// timer: A timer with a physical and a virtual counter.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>
#include <params/timer/counter.hpp>
#include <params/timer/tick.hpp>
#include <params/timer/watch.hpp>

namespace phx::params::timer {

namespace ipis {
inline constexpr ::phx::IrqLine poke{0};
inline constexpr ::phx::IrqLine stop{1};
}  // namespace ipis

namespace interrupts {
inline constexpr ::phx::IrqLine tick{27};
}  // namespace interrupts
inline constexpr std::string_view device_path = "/timer";
inline constexpr std::int64_t clock_hz = 0;  // the node names no fixed clock

}  // namespace phx::params::timer
