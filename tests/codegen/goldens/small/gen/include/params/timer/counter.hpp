// timer.counter in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::timer {

enum class Counter : std::uint8_t { physical, virtual_ };

inline constexpr Counter counter = Counter::virtual_;

}  // namespace phx::params::timer
