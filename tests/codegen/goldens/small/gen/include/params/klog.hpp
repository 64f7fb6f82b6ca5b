// klog: Keeps messages in a ring.
// Parameters and device data in graph small. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::klog {

enum class Level : std::uint8_t { error, info, default_ };

inline constexpr Level level = Level::info;
inline constexpr std::string_view prefix = "k\"";
inline constexpr std::size_t ring_bytes = 65'536;  // set by the graph, graphs/small.yaml

}  // namespace phx::params::klog
