// timer: A timer with a physical and a virtual counter.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/gic/gic.hpp>
#include <core/interfaces/irq.hpp>
#include <core/interfaces/log.hpp>
#include <core/klog/klog.hpp>
#include <core/timer/timer.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Gic gic;
extern constinit ::phx::core::Klog log;
extern constinit ::phx::core::Timer timer;
}  // namespace phx::wiring

namespace phx::ports::timer {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::timer; }

// timer.irq -> gic: the only provider of Irq, graphs/small.yaml
inline constexpr auto& irq() { return ::phx::wiring::gic; }

// timer.log -> log: the only provider of Log, graphs/small.yaml
inline constexpr auto log() { return ::phx::core::Logger{::phx::wiring::log, "timer"}; }

}  // namespace phx::ports::timer
