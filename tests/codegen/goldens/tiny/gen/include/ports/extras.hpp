// extras: Shared code.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <optional>

#include <core/interfaces/log.hpp>
#include <core/klog/klog.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Klog log;
}  // namespace phx::wiring

namespace phx::ports::extras {

// extras.log -> log: the only provider of Log, components/core/extras/component.yaml
inline constexpr auto log() { return std::optional{::phx::core::Logger{::phx::wiring::log, "extras"}}; }

}  // namespace phx::ports::extras
