// ARM Generic Interrupt Controller, architecture 2 (Arm IHI 0048B.b), as one CPU sees it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <base/registers.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <params/gic_v2.hpp>

namespace phx::irq {

// Provides IrqController. Lines are INTIDs: 16 to 31 the boot CPU's own, from 32 on the shared ones, all sent to it.
// Whether a line is level or edge stays as the firmware or reset left it.
class GicV2 {
public:
    constexpr GicV2() = default;

    // Boot. ENODEV, with a line in the log: no GICv2 is at the address.
    Result<void> init();

    Result<void> enable(IrqLine line);
    Result<void> disable(IrqLine line);
    std::optional<IrqLine> acknowledge();
    void complete(IrqLine line);
    [[nodiscard]] std::uint32_t line_count() const { return lines_; }

private:
    static constexpr std::uint32_t k_software_lines = 16;

    Registers distributor_{params::gic_v2::registers::distributor};
    Registers cpu_interface_{params::gic_v2::registers::cpu_interface};
    std::uint32_t lines_ = 0;
    std::uint8_t own_target_ = 0;  // this CPU's bit in GICD_ITARGETSR; 0 where there is one CPU only
    // Whose software interrupt is being served, which its end must repeat (4.4.5).
    std::array<std::uint8_t, k_software_lines> source_cpu_{};
};

}  // namespace phx::irq
