// klog.ring_bytes in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::klog {

inline constexpr std::size_t ring_bytes = 65'536;  // set by the graph, graphs/small.yaml

}  // namespace phx::params::klog
