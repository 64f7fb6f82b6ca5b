// ramdisk: A disk in memory.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::ramdisk {

struct Instance {
    std::size_t index;
    std::string_view name;
    std::size_t size;
};

// graphs/small.yaml
inline constexpr Instance disk{
    .index = 0,
    .name = "disk",
    .size = 1'048'576,  // set by the graph, graphs/small.yaml
};

}  // namespace phx::params::ramdisk
