// timer: A timer with a physical and a virtual counter.
// Parameters and device data in graph small. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::timer {

enum class Counter : std::uint8_t { physical, virtual_ };

inline constexpr Counter counter = Counter::virtual_;
inline constexpr ::phx::Nanoseconds tick{1'000'000};  // set by the graph, graphs/small.yaml
inline constexpr bool watch = false;
namespace interrupts {
inline constexpr ::phx::IrqLine tick{27};
}  // namespace interrupts
inline constexpr std::string_view device_path = "/timer";
inline constexpr std::int64_t clock_hz = 0;  // the node names no fixed clock

}  // namespace phx::params::timer
