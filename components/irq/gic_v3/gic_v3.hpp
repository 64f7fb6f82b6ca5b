// ARM Generic Interrupt Controller, architecture 3 and 4 (Arm IHI 0069G), as the non-secure EL1 of one CPU sees it.
#pragma once

#include <cstdint>
#include <optional>

#include <base/registers.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <params/gic_v3.hpp>

namespace phx::irq {

// Provides IrqController. Lines are INTIDs: 16 to 31 the boot CPU's own, from 32 on the shared ones, all routed to it.
// Whether a line is level or edge stays as the firmware or reset left it.
class GicV3 {
public:
    constexpr GicV3() = default;

    // Boot. ENODEV, with a line in the log: no GICv3 is at the address, the boot CPU has no redistributor in the
    // window, or EL2 or EL3 withholds the CPU interface. ETIMEDOUT: the distributor stays busy or the redistributor
    // asleep.
    Result<void> init();

    Result<void> enable(IrqLine line);
    Result<void> disable(IrqLine line);
    std::optional<IrqLine> acknowledge();
    void complete(IrqLine line);
    [[nodiscard]] std::uint32_t line_count() const { return lines_; }

private:
    [[nodiscard]] bool find_redistributor();
    [[nodiscard]] bool reset_lines() const;
    [[nodiscard]] bool wake_redistributor() const;

    Registers distributor_{params::gic_v3::registers::distributor};
    Registers redistributor_{params::gic_v3::registers::redistributors};  // the boot CPU's once init has found it
    std::uint32_t lines_ = 0;
    std::uint64_t affinity_ = 0;  // of the boot CPU, as GICD_IROUTER wants it
};

}  // namespace phx::irq
