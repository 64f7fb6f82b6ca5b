// time_command: Prints the time.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/interfaces/clock.hpp>
#include <core/time_command/time_command.hpp>
#include <core/timer/timer.hpp>

namespace phx::wiring {
extern constinit ::phx::core::TimeCommand time;
extern constinit ::phx::core::Timer timer;
}  // namespace phx::wiring

namespace phx::ports::time_command {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::time; }

// time.clock -> timer: the only provider of Clock, graphs/small.yaml
inline constexpr auto& clock() { return ::phx::wiring::timer; }

}  // namespace phx::ports::time_command
