// ARM Generic Interrupt Controller, architecture 2 (Arm IHI 0048B.b).
#pragma once

#include <cstdint>
#include <optional>

#include <base/registers.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <params/gic_v2.hpp>
#include <sync/per_cpu.hpp>

namespace phx::irq {

// Provides IrqController, for up to eight CPUs. Lines are INTIDs.
class GicV2 {
public:
    constexpr GicV2() = default;

    // Boot. ENODEV, with a line in the log: no GICv2 is at the address.
    Result<void> init();
    // ENODEV, with a line in the log: the controller does not know this CPU.
    Result<void> init_cpu();

    Result<void> enable(IrqLine line);
    Result<void> disable(IrqLine line);
    std::optional<IrqLine> acknowledge();
    void complete(IrqLine line);
    [[nodiscard]] std::uint32_t line_count() const { return lines_; }
    void send(IrqLine line, unsigned cpu);

private:
    struct Cpu {
        std::uint32_t acknowledged = 0;  // what the end of a software interrupt must repeat (4.4.5)
        std::uint8_t target = 0;         // its bit in GICD_ITARGETSR; 0: not open yet, or the controller serves just one
    };

    void open();

    Registers distributor_{params::gic_v2::registers::distributor};
    Registers cpu_interface_{params::gic_v2::registers::cpu_interface};
    std::uint32_t lines_ = 0;
    PerCpu<Cpu> cpus_;
};

}  // namespace phx::irq
