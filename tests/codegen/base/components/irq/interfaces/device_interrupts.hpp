#pragma once

#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::irq {

enum class Trigger : std::uint8_t { level, edge };

struct WiredLine {
    IrqLine line;
    std::string_view instance;
    std::string_view handler;
    Trigger trigger = Trigger::level;
};

template <class T>
concept DeviceInterrupts = requires(T& interrupts, IrqLine line) { interrupts.dispatch(line), interrupts.lines(); };

namespace archetype {
struct DeviceInterrupts {
    std::size_t dispatch(IrqLine) { return 0; }
    std::span<const WiredLine> lines() { return {}; }
};
}  // namespace archetype

}  // namespace phx::irq
