// uart: A serial port.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <array>

#include <core/gic/gic.hpp>
#include <core/interfaces/clock.hpp>
#include <core/interfaces/irq.hpp>
#include <core/interfaces/log.hpp>
#include <core/klog/klog.hpp>
#include <core/timer/timer.hpp>
#include <params/uart.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Gic gic;
extern constinit ::phx::core::Klog log;
extern constinit ::phx::core::Timer timer;
}  // namespace phx::wiring

namespace phx::ports::uart {

// console.clock -> nothing: named by the graph, graphs/small.yaml
// uart.clock -> timer: the only provider of Clock, graphs/small.yaml
inline constexpr std::array<::phx::core::Timer*, 2> clock_table{nullptr, &::phx::wiring::timer};
inline constexpr ::phx::core::Timer* clock([[maybe_unused]] const ::phx::params::uart::Instance& user) { return clock_table[user.index]; }

// console.irq -> gic: the only provider of Irq, graphs/small.yaml
// uart.irq -> gic: the only provider of Irq, graphs/small.yaml
inline constexpr ::phx::core::Gic* irq([[maybe_unused]] const ::phx::params::uart::Instance& user) { return &::phx::wiring::gic; }

// console.log -> log: the only provider of Log, graphs/small.yaml
// uart.log -> log: the only provider of Log, graphs/small.yaml
inline constexpr auto log([[maybe_unused]] const ::phx::params::uart::Instance& user) { return ::phx::core::Logger{::phx::wiring::log, user.name}; }

}  // namespace phx::ports::uart
