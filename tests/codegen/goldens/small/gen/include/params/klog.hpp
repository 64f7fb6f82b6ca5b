// klog: Keeps messages in a ring.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>
#include <params/klog/level.hpp>
#include <params/klog/prefix.hpp>
#include <params/klog/ring_bytes.hpp>

namespace phx::params::klog {

}  // namespace phx::params::klog
