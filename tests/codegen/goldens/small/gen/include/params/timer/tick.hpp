// timer.tick in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::timer {

inline constexpr ::phx::Nanoseconds tick{1'000'000};  // set by the graph, graphs/small.yaml

}  // namespace phx::params::timer
