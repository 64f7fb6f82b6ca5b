// ARM Generic Interrupt Controller, architecture 3 and 4 (Arm IHI 0069G), as the non-secure EL1 sees it.
#pragma once

#include <cstdint>
#include <optional>

#include <base/registers.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <params/gic_v3.hpp>
#include <sync/per_cpu.hpp>

namespace phx::irq {

// Provides IrqController. Lines are INTIDs.
class GicV3 {
public:
    constexpr GicV3() = default;

    // Boot. ENODEV, with a line in the log: no GICv3 is at the address, this CPU has no redistributor in the window, or EL2 or EL3
    // withholds the CPU interface. ETIMEDOUT: the distributor stays busy or the redistributor asleep.
    Result<void> init();
    Result<void> init_cpu();

    Result<void> enable(IrqLine line);
    Result<void> disable(IrqLine line);
    std::optional<IrqLine> acknowledge();
    void complete(IrqLine line);
    [[nodiscard]] std::uint32_t line_count() const { return lines_; }
    void send(IrqLine line, unsigned cpu);

private:
    struct Cpu {
        std::uint32_t redistributor = 0;  // where it is in the window; read by its own CPU
        std::uint64_t request = 0;        // ICC_SGI1R_EL1, but for the line; 0: not open yet
    };

    Result<void> open();
    [[nodiscard]] bool find_redistributor();
    [[nodiscard]] bool reset_shared_lines() const;
    [[nodiscard]] bool start_distributor() const;
    [[nodiscard]] bool wake_redistributor();
    [[nodiscard]] Registers redistributor() { return redistributors_.at(cpus_.local().redistributor); }

    Registers distributor_{params::gic_v3::registers::distributor};
    Registers redistributors_{params::gic_v3::registers::redistributors};
    std::uint32_t lines_ = 0;
    std::uint64_t boot_cpu_ = 0;  // as GICD_IROUTER wants it
    PerCpu<Cpu> cpus_;
};

}  // namespace phx::irq
