#pragma once

#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::irq {

struct WiredLine {
    IrqLine line;
    std::string_view instance;
    std::string_view handler;
};

template <class T>
concept DeviceInterrupts = requires(T& interrupts, IrqLine line) { interrupts.dispatch(line), interrupts.lines(); };

namespace archetype {
struct DeviceInterrupts {
    bool dispatch(IrqLine) { return false; }
    std::span<const WiredLine> lines() { return {}; }
};
}  // namespace archetype

}  // namespace phx::irq
