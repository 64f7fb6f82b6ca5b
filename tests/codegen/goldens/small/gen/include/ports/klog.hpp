// klog: Keeps messages in a ring.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/interfaces/clock.hpp>
#include <core/klog/klog.hpp>
#include <core/timer/timer.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Klog log;
extern constinit ::phx::core::Timer timer;
}  // namespace phx::wiring

namespace phx::ports::klog {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::log; }

// log.clock -> timer: the only provider of Clock, graphs/small.yaml
inline constexpr ::phx::core::Timer* clock() { return &::phx::wiring::timer; }

}  // namespace phx::ports::klog
