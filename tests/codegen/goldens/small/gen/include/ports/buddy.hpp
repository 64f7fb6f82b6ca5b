// buddy: Splits and joins blocks.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/buddy/buddy.hpp>
#include <core/interfaces/log.hpp>
#include <core/klog/klog.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Buddy pages;
extern constinit ::phx::core::Klog log;
}  // namespace phx::wiring

namespace phx::ports::buddy {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::pages; }

// pages.log -> log: the only provider of Log, graphs/small.yaml
inline constexpr auto log() { return ::phx::core::Logger{::phx::wiring::log, "pages"}; }

}  // namespace phx::ports::buddy
