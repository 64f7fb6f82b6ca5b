#pragma once

#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::boot {

struct DeviceWindow {
    std::string_view instance;
    RegisterWindow window;
};

struct DeviceClaim {
    std::string_view path;
    std::string_view compatible;
    PhysAddr base;
    std::string_view instance;
};

template <class T>
concept DeviceTable = requires(T& table) { table.windows(), table.claims(), table.memory_base(); };

namespace archetype {
struct DeviceTable {
    std::span<const DeviceWindow> windows() { return {}; }
    std::span<const DeviceClaim> claims() { return {}; }
    PhysAddr memory_base() { return {}; }
};
}  // namespace archetype

}  // namespace phx::boot
