// gic: An interrupt controller.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/gic/gic.hpp>
#include <generated/device_interrupts.hpp>
#include <irq/interfaces/device_interrupts.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Gic gic;
}  // namespace phx::wiring

namespace phx::ports::gic {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::gic; }

// gic.lines -> the wiring: provided by the wiring itself, graphs/small.yaml
inline constexpr auto& lines() { return ::phx::wiring::device_interrupts; }

}  // namespace phx::ports::gic
