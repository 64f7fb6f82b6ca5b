// klog.level in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::klog {

enum class Level : std::uint8_t { error, info, default_ };

inline constexpr Level level = Level::info;

}  // namespace phx::params::klog
