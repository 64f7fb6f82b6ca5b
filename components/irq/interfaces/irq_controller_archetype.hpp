#pragma once

#include <irq/interfaces/irq_controller.hpp>

namespace phx::irq::archetype {

struct IrqController {
    Result<void> enable(IrqLine) { __builtin_trap(); }
    Result<void> disable(IrqLine) { __builtin_trap(); }
    std::optional<IrqLine> acknowledge() { __builtin_trap(); }
    void complete(IrqLine) { __builtin_trap(); }
    [[nodiscard]] std::uint32_t line_count() const { __builtin_trap(); }
    Result<void> init_cpu() { __builtin_trap(); }
    void send(IrqLine, unsigned) { __builtin_trap(); }
};

}  // namespace phx::irq::archetype
