// The devices that the graph claims, as the build-time device tree describes them. The wiring provides it.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::boot {

struct DeviceWindow {
    std::string_view instance;
    RegisterWindow window;
};

struct DeviceClaim {
    std::string_view path;        // full path of the node
    std::string_view compatible;  // the string by which the component bound to it
    PhysAddr base;                // first register window, 0 if the node has none
    std::string_view instance;
};

// Constants; any context. memory_base is where RAM starts, for which the image is linked.
template <class T>
concept DeviceTable = requires(const T& table) {
    { table.windows() } -> std::same_as<std::span<const DeviceWindow>>;
    { table.claims() } -> std::same_as<std::span<const DeviceClaim>>;
    { table.memory_base() } -> std::same_as<PhysAddr>;
};

}  // namespace phx::boot
