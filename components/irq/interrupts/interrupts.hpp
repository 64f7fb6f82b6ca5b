// Between the vectors and the drivers.
#pragma once

#include <array>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <params/interrupts.hpp>

namespace phx::irq {

// Provides InterruptEntry. The generated wiring knows who handles which line; this asks the controller until it has
// none.
class Interrupts {
public:
    constexpr Interrupts() = default;

    // ENOSPC, with a line in the log: more lines are wired than `max_lines`.
    Result<void> init();

    void handle();
    [[nodiscard]] std::uint64_t count(IrqLine line) const;
    [[nodiscard]] std::uint64_t unexpected() const { return unexpected_; }

private:
    void refuse(IrqLine line);

    std::array<std::uint64_t, params::interrupts::max_lines> counts_{};  // as DeviceInterrupts::lines() orders them
    std::uint64_t unexpected_ = 0;
};

}  // namespace phx::irq
