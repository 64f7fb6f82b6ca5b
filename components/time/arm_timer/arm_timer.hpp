// The ARM generic timer (Arm ARM DDI 0487, D12).
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <time/arm_timer/tick_scale.hpp>
#include <time/interfaces/time_counter.hpp>

namespace phx::time {

// Provides Clock, EventTimer and TimeCounter.
class ArmTimer {
public:
    constexpr ArmTimer() = default;

    // Boot. ENODEV, with a line in the log: the firmware left CNTFRQ_EL0 at 0. An error of the interrupt controller is
    // passed on.
    Result<void> init();
    // Each CPU has an event timer of its own, and the same counter. An error of the interrupt controller is passed on.
    Result<void> init_cpu();

    [[nodiscard]] Nanoseconds now() const;
    [[nodiscard]] Nanoseconds resolution() const;
    [[nodiscard]] CounterRate rate() const;

    void arm(Nanoseconds deadline);
    void disarm();

    // Interrupt context.
    void on_interrupt();

private:
    [[nodiscard]] TickScale scale() const;

    TickScale scale_;  // zeros before init
};

}  // namespace phx::time
