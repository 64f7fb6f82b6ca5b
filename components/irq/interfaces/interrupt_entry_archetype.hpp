#pragma once

#include <irq/interfaces/interrupt_entry.hpp>

namespace phx::irq::archetype {

struct InterruptEntry {
    void handle() { __builtin_trap(); }
    [[nodiscard]] std::uint64_t count(IrqLine) const { __builtin_trap(); }
    [[nodiscard]] std::uint64_t unexpected() const { __builtin_trap(); }
};

}  // namespace phx::irq::archetype
