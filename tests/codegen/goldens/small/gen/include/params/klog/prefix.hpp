// klog.prefix in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::klog {

inline constexpr std::string_view prefix = "k\"";

}  // namespace phx::params::klog
