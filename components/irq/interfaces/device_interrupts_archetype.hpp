#pragma once

#include <irq/interfaces/device_interrupts.hpp>

namespace phx::irq::archetype {

struct DeviceInterrupts {
    std::size_t dispatch(IrqLine) { __builtin_trap(); }
    [[nodiscard]] std::span<const WiredLine> lines() const { __builtin_trap(); }
};

}  // namespace phx::irq::archetype
