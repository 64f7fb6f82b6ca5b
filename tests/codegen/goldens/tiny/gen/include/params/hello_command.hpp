// hello_command: Says hello.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::hello_command {

}  // namespace phx::params::hello_command
