// time_command: Prints the time.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::time_command {

}  // namespace phx::params::time_command
