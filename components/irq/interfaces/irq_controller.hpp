// One interrupt controller, as its drivers and the interrupt entry see it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::irq {

// Lines below 32 are each CPU's own: 0 to 15 are software interrupts, 16 to 31 devices of the CPU. What is said of one holds for the
// calling CPU. Shared lines come to the CPU that booted.
//
//   enable(line), disable(line)   any context; EINVAL for a line that the controller does not have
//   acknowledge()                 interrupt context: the line to serve now, raising the running priority; nothing: spurious
//   complete(line)                interrupt context: what acknowledge gave, on the same CPU
//   line_count()                  lines are 0 .. line_count() - 1
//   init_cpu()                    boot context, on each further CPU: opens its interface, with all its own lines off
//   send(line, cpu)               any context: a software interrupt to one CPU, which may be the caller; a CPU that has not done its
//                                 init_cpu gets none. What the caller stored before is seen by the handler. Sending it again before it is
//                                 served has no effect of its own
template <class T>
concept IrqController = requires(T& controller, const T& const_controller, IrqLine line, unsigned cpu) {
    { controller.enable(line) } -> std::same_as<Result<void>>;
    { controller.disable(line) } -> std::same_as<Result<void>>;
    { controller.acknowledge() } -> std::same_as<std::optional<IrqLine>>;
    { controller.complete(line) } -> std::same_as<void>;
    { const_controller.line_count() } -> std::same_as<std::uint32_t>;
    { controller.init_cpu() } -> std::same_as<Result<void>>;
    { controller.send(line, cpu) } -> std::same_as<void>;
};

}  // namespace phx::irq
