// gic: An interrupt controller.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::gic {

namespace registers {
inline constexpr ::phx::RegisterWindow distributor{::phx::VirtAddr{0xffffffc008000000}, ::phx::PhysAddr{0x8000000}, 0x10000};
inline constexpr ::phx::RegisterWindow redistributors{::phx::VirtAddr{0xffffffc008010000}, ::phx::PhysAddr{0x8010000}, 0x20000};
}  // namespace registers
inline constexpr std::string_view device_path = "/interrupt-controller@8000000";
inline constexpr std::int64_t clock_hz = 0;  // the node names no fixed clock

}  // namespace phx::params::gic
