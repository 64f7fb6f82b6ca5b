// Which handler serves which line. The wiring provides it.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::irq {

struct WiredLine {
    IrqLine line;
    std::string_view instance;
    std::string_view handler;
};

// dispatch(line): interrupt context; calls the line's handler, false if it has none. lines(): constant, ascending.
template <class T>
concept DeviceInterrupts = requires(T& interrupts, IrqLine line) {
    { interrupts.dispatch(line) } -> std::same_as<bool>;
    { interrupts.lines() } -> std::same_as<std::span<const WiredLine>>;
};

}  // namespace phx::irq
