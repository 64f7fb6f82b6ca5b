// The interrupt lines of this graph. Generated.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <irq/interfaces/device_interrupts.hpp>

namespace phx::wiring {

struct DeviceInterrupts {
    static std::size_t dispatch(::phx::IrqLine line);
    static constexpr std::span<const ::phx::irq::WiredLine> lines() { return lines_; }

private:
    static constexpr std::array<::phx::irq::WiredLine, 5> lines_{{
        {::phx::IrqLine{0}, "timer", "on_poke", ::phx::irq::Trigger::edge},
        {::phx::IrqLine{1}, "timer", "on_stop", ::phx::irq::Trigger::edge},
        {::phx::IrqLine{27}, "timer", "on_tick", ::phx::irq::Trigger::level},
        {::phx::IrqLine{33}, "uart", "on_interrupt", ::phx::irq::Trigger::level},
        {::phx::IrqLine{34}, "console", "on_interrupt", ::phx::irq::Trigger::edge},
    }};
};

inline constexpr DeviceInterrupts device_interrupts{};

}  // namespace phx::wiring
