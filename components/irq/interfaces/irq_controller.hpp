// One interrupt controller, as its drivers and the interrupt entry see it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::irq {

//   enable(line), disable(line)   any context; EINVAL for a line that the controller does not have
//   acknowledge()                 interrupt context: the line to serve now, raising the running priority; nothing: spurious
//   complete(line)                interrupt context: what acknowledge gave
//   line_count()                  lines are 0 .. line_count() - 1
template <class T>
concept IrqController = requires(T& controller, const T& const_controller, IrqLine line) {
    { controller.enable(line) } -> std::same_as<Result<void>>;
    { controller.disable(line) } -> std::same_as<Result<void>>;
    { controller.acknowledge() } -> std::same_as<std::optional<IrqLine>>;
    { controller.complete(line) } -> std::same_as<void>;
    { const_controller.line_count() } -> std::same_as<std::uint32_t>;
};

}  // namespace phx::irq
