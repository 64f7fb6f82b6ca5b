// timer.watch in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::timer {

inline constexpr bool watch = false;

}  // namespace phx::params::timer
