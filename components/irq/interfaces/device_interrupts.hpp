// Which handler serves which line. The wiring provides it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
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

//   dispatch(line)  interrupt context: calls the line's handler; where the line stands in lines(), lines().size() if nobody handles it
//   lines()         constant, ascending
template <class T>
concept DeviceInterrupts = requires(T& interrupts, IrqLine line) {
    { interrupts.dispatch(line) } -> std::same_as<std::size_t>;
    { interrupts.lines() } -> std::same_as<std::span<const WiredLine>>;
};

}  // namespace phx::irq
