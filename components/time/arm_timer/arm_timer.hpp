// The ARM generic timer (Arm ARM DDI 0487, D12).
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <time/arm_timer/tick_scale.hpp>

namespace phx::time {

// Provides Clock and EventTimer.
class ArmTimer {
public:
    constexpr ArmTimer() = default;

    // Boot. ENODEV, with a line in the log: the firmware left CNTFRQ_EL0 at 0. An error of the interrupt controller is
    // passed on.
    Result<void> init();

    [[nodiscard]] Nanoseconds now() const;
    [[nodiscard]] Nanoseconds resolution() const;

    void arm(Nanoseconds deadline);
    void disarm();

    // Interrupt context.
    void on_interrupt();

private:
    [[nodiscard]] TickScale scale() const;

    TickScale scale_;  // zeros before init
};

}  // namespace phx::time
