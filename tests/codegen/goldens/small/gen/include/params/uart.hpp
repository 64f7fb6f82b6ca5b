// uart: A serial port.
// Parameters and device data in this graph. Generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/types.hpp>

namespace phx::params::uart {

struct Instance {
    std::size_t index;
    std::string_view name;
    std::int64_t baud;
    struct Registers {
        ::phx::RegisterWindow data;
    } registers;
    struct Interrupts {
        ::phx::IrqLine line;
    } interrupts;
    std::string_view device_path;
    std::int64_t clock_hz;
};

// graphs/small.yaml
inline constexpr Instance console{
    .index = 0,
    .name = "console",
    .baud = 9600,  // set by the graph, graphs/small.yaml
    .registers{
        .data{::phx::VirtAddr{0xffffffc040002000}, ::phx::PhysAddr{0x40002000}, 0x1000},
    },
    .interrupts{
        .line = ::phx::IrqLine{34},
    },
    .device_path = "/soc@40000000/serial@2000",
    .clock_hz = 0,
};

// graphs/small.yaml
inline constexpr Instance uart{
    .index = 1,
    .name = "uart",
    .baud = 115'200,
    .registers{
        .data{::phx::VirtAddr{0xffffffc040001000}, ::phx::PhysAddr{0x40001000}, 0x1000},
    },
    .interrupts{
        .line = ::phx::IrqLine{33},
    },
    .device_path = "/soc@40000000/serial@1000",
    .clock_hz = 24'000'000,
};

}  // namespace phx::params::uart
