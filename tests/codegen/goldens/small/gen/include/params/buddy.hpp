// buddy: Splits and joins blocks.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>
#include <params/buddy/orders.hpp>

namespace phx::params::buddy {

}  // namespace phx::params::buddy
