// The devices that this graph claims. Generated.
#pragma once

#include <array>
#include <span>

#include <boot/interfaces/device_table.hpp>

namespace phx::wiring {

struct DeviceTable {
    static constexpr std::span<const ::phx::boot::DeviceWindow> windows() { return windows_; }
    static constexpr std::span<const ::phx::boot::DeviceClaim> claims() { return claims_; }
    static constexpr ::phx::PhysAddr memory_base() { return ::phx::PhysAddr{0x80000000}; }

private:
    static constexpr std::array<::phx::boot::DeviceWindow, 0> windows_{{
    }};
    static constexpr std::array<::phx::boot::DeviceClaim, 0> claims_{{
    }};
};

inline constexpr DeviceTable device_table{};

}  // namespace phx::wiring
