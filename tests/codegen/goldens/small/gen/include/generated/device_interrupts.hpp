// The interrupt lines of graph small. Generated.
#pragma once

#include <array>
#include <span>

#include <irq/interfaces/device_interrupts.hpp>

namespace phx::wiring {

struct DeviceInterrupts {
    static bool dispatch(::phx::IrqLine line);
    static constexpr std::span<const ::phx::irq::WiredLine> lines() { return lines_; }

private:
    static constexpr std::array<::phx::irq::WiredLine, 3> lines_{{
        {::phx::IrqLine{27}, "timer", "on_tick"},
        {::phx::IrqLine{33}, "uart", "on_interrupt"},
        {::phx::IrqLine{34}, "console", "on_interrupt"},
    }};
};

inline constexpr DeviceInterrupts device_interrupts{};

}  // namespace phx::wiring
