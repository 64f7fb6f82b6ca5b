// klog: Keeps messages in a ring.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/interfaces/clock.hpp>
#include <core/klog/klog.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Klog log;
}  // namespace phx::wiring

namespace phx::ports::klog {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::log; }

// log.clock -> nothing: no provider of Clock, graphs/small.yaml
inline constexpr ::phx::core::archetype::Clock* clock() { return nullptr; }

}  // namespace phx::ports::klog
