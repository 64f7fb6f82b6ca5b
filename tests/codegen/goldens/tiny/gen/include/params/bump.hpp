// bump: Hands out and never takes back.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::bump {

}  // namespace phx::params::bump
