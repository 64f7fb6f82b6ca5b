// buddy.orders in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::buddy {

inline constexpr std::int64_t orders = 12;  // required by `shell`, graphs/small.yaml

}  // namespace phx::params::buddy
