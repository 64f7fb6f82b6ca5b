#include <irq/gic_v2/gic_v2.hpp>

#include <arch/cpu.hpp>
#include <irq/gic_v2/registers.hpp>
#include <irq/interfaces/gic.hpp>
#include <ports/gic_v2.hpp>

namespace phx::irq {

using namespace gic;
using namespace gic_v2;

Result<void> GicV2::init() {
    const auto log = ports::gic_v2::log();
    const std::uint32_t architecture = distributor_.read<GicdIcpidr2::Architecture>();
    if (architecture != 2) {
        log.error("no GICv2 at {}: ICPIDR2 says architecture {}", params::gic_v2::registers::distributor.phys,
                  architecture);
        return Errno::nodev;
    }
    lines_ = gic::line_count(distributor_);
    // Every line off, whatever ran before us; priorities and targets are set as lines are enabled.
    distributor_.write<GicdCtlr>(0);
    for (std::size_t block = 0; block * 32 < lines_; ++block) {
        distributor_.write<GicdIcenabler>(block, k_all_lines);
    }
    for (const WiredLine& wired : ports::gic_v2::lines().lines()) {
        if (wired.line.id() >= k_first_shared && wired.line.id() < lines_) {
            set_trigger(distributor_, wired);
        }
    }
    distributor_.write<GicdCtlr>(field<GicdCtlr::Enable>(1));
    open();
    log.info("GICv2, {} lines", lines_);
    return {};
}

Result<void> GicV2::init_cpu() {
    distributor_.write<GicdIcenabler>(0, k_all_lines);  // of lines 0 to 31 each CPU has its own (4.3.6)
    open();
    if (cpus_.local().target == 0) {
        ports::gic_v2::log().error("the GICv2 does not know CPU {}: it serves at most eight", this_cpu());
        return Errno::nodev;
    }
    return {};
}

void GicV2::open() {
    // The targets of lines 0 to 31 are read-only and name the reading CPU (4.3.12).
    cpus_.local().target = distributor_.read<GicdItargetsr>(0);
    cpu_interface_.write<GiccPmr>(k_all_priorities);
    cpu_interface_.write<GiccCtlr>(field<GiccCtlr::Enable>(1));
}

Result<void> GicV2::enable(IrqLine line) {
    if (line.id() >= lines_) {
        return Errno::inval;
    }
    distributor_.write<GicdIpriorityr>(line.id(), k_priority);
    if (const std::uint8_t boot_cpu = cpus_.of(0).target; line.id() >= k_first_shared && boot_cpu != 0) {
        distributor_.write<GicdItargetsr>(line.id(), boot_cpu);
    }
    distributor_.write<GicdIsenabler>(line.id() / 32, line_bit(line));
    return {};
}

Result<void> GicV2::disable(IrqLine line) {
    if (line.id() >= lines_) {
        return Errno::inval;
    }
    distributor_.write<GicdIcenabler>(line.id() / 32, line_bit(line));
    return {};
}

std::optional<IrqLine> GicV2::acknowledge() {
    const std::uint32_t value = cpu_interface_.read<GiccIar>();
    const std::uint32_t id = value & field_mask<GiccIar::Id>;
    if (id >= k_first_special) {
        return std::nullopt;
    }
    if (id < k_software_lines) {
        cpus_.local().acknowledged = value;
    }
    return IrqLine{id};
}

// All lines have one priority, so between a software interrupt's acknowledgement and its end there is no other.
void GicV2::complete(IrqLine line) {
    cpu_interface_.write<GiccEoir>(line.id() < k_software_lines ? cpus_.local().acknowledged : line.id());
}

void GicV2::send(IrqLine line, unsigned cpu) {
    const std::uint32_t to = cpu == this_cpu() ? field<GicdSgir::Filter>(2) : field<GicdSgir::Targets>(cpus_.of(cpu).target);
    arch::publish_stores();
    distributor_.write<GicdSgir>(to | field<GicdSgir::Line>(line.id()));
}

}  // namespace phx::irq
