// shell: Reads commands and runs them.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::shell {

}  // namespace phx::params::shell
