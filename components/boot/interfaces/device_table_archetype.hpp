#pragma once

#include <boot/interfaces/device_table.hpp>

namespace phx::boot::archetype {

struct DeviceTable {
    [[nodiscard]] std::span<const DeviceWindow> windows() const { __builtin_trap(); }
    [[nodiscard]] std::span<const DeviceClaim> claims() const { __builtin_trap(); }
    [[nodiscard]] PhysAddr memory_base() const { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
