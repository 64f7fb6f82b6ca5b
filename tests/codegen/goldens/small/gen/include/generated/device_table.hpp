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
    static constexpr std::array<::phx::boot::DeviceWindow, 4> windows_{{
        {"gic", {::phx::VirtAddr{0xffffffc008000000}, ::phx::PhysAddr{0x8000000}, 0x10000}},
        {"gic", {::phx::VirtAddr{0xffffffc008010000}, ::phx::PhysAddr{0x8010000}, 0x20000}},
        {"console", {::phx::VirtAddr{0xffffffc040002000}, ::phx::PhysAddr{0x40002000}, 0x1000}},
        {"uart", {::phx::VirtAddr{0xffffffc040001000}, ::phx::PhysAddr{0x40001000}, 0x1000}},
    }};
    static constexpr std::array<::phx::boot::DeviceClaim, 4> claims_{{
        {"/interrupt-controller@8000000", "test,gic", ::phx::PhysAddr{0x8000000}, "gic"},
        {"/soc@40000000/serial@2000", "test,uart", ::phx::PhysAddr{0x40002000}, "console"},
        {"/timer", "test,timer", ::phx::PhysAddr{0x0}, "timer"},
        {"/soc@40000000/serial@1000", "test,uart", ::phx::PhysAddr{0x40001000}, "uart"},
    }};
};

inline constexpr DeviceTable device_table{};

}  // namespace phx::wiring
