#include <irq/gic_v3/gic_v3.hpp>

#include <arch/cpu.hpp>
#include <arch/gic.hpp>
#include <irq/gic_v3/registers.hpp>
#include <irq/interfaces/gic.hpp>
#include <ports/gic_v3.hpp>

namespace phx::irq {

using namespace gic;
using namespace gic_v3;

namespace {

constexpr std::uint32_t k_poll_limit = 1'000'000;

template <FieldType F>
bool wait_until_clear(const Registers& io) {
    for (std::uint32_t polls = 0; polls < k_poll_limit; ++polls) {
        if (io.read<F>() == 0) {
            return true;
        }
        arch::relax();
    }
    return false;
}

// MPIDR_EL1's Aff3 stands apart from the others; GICR_TYPER packs all four.
std::uint32_t packed_affinity(std::uint64_t mpidr) {
    return static_cast<std::uint32_t>(((mpidr >> 8) & 0xff00'0000) | (mpidr & 0x00ff'ffff));
}

// ICC_SGI1R_EL1, but for the line (12.2.19): Aff3, Aff2, Aff1, and Aff0 as one of the 16 CPUs of a range.
std::uint64_t request_to(std::uint64_t mpidr) {
    const std::uint64_t aff0 = mpidr & 0xff;
    return ((mpidr >> 32) & 0xff) << 48 | (aff0 >> 4) << 44 | ((mpidr >> 16) & 0xff) << 32 | ((mpidr >> 8) & 0xff) << 16 |
           std::uint64_t{1} << (aff0 & 0xf);
}
constexpr unsigned k_request_line = 24;

}  // namespace

Result<void> GicV3::init() {
    const auto log = ports::gic_v3::log();
    const std::uint32_t architecture = distributor_.read<GicdPidr2::Architecture>();
    if (architecture != 3 && architecture != 4) {
        log.error("no GICv3 at {}: GICD_PIDR2 says architecture {}", params::gic_v3::registers::distributor.phys,
                  architecture);
        return Errno::nodev;
    }
    lines_ = gic::line_count(distributor_);
    if (!reset_shared_lines()) {
        log.error("the distributor stays busy");
        return Errno::timedout;
    }
    boot_cpu_ = arch::mpidr() & 0xff'00ff'ffff;
    TRY(open());
    log.info("GICv{}, {} lines", architecture, lines_);
    return {};
}

Result<void> GicV3::init_cpu() {
    return open();
}

// This CPU's redistributor and CPU interface.
Result<void> GicV3::open() {
    const auto log = ports::gic_v3::log();
    if (!find_redistributor()) {
        log.error("no redistributor for CPU {:#x} in {:#x} bytes at {}", packed_affinity(arch::mpidr()),
                  params::gic_v3::registers::redistributors.size, params::gic_v3::registers::redistributors.phys);
        return Errno::nodev;
    }
    if (!arch::icc_enable_system_registers()) {
        log.error("ICC_SRE_EL1.SRE stays 0: EL2 or EL3 withholds the CPU interface");
        return Errno::nodev;
    }
    if (!wake_redistributor()) {
        log.error("the redistributor of CPU {:#x} stays asleep or busy", packed_affinity(arch::mpidr()));
        return Errno::timedout;
    }
    arch::icc_end_deactivates();
    arch::icc_set_priority_mask(k_all_priorities);
    arch::icc_enable_group1(true);
    cpus_.local().request = request_to(arch::mpidr());
    return {};
}

// Every shared line off and in group 1, whatever ran before us; priorities and routes are set as lines are enabled. Affinity
// routing may be turned on only while the groups are off, and not turned off at all (12.9.4, ARE_NS).
bool GicV3::reset_shared_lines() const {
    distributor_.write<GicdCtlr>(distributor_.read<GicdCtlr>() & field_mask<GicdCtlr::AffinityRouting>);
    if (!wait_until_clear<GicdCtlr::WritePending>(distributor_)) {
        return false;
    }
    for (std::size_t block = 1; block * 32 < lines_; ++block) {
        distributor_.write<GicdIcenabler>(block, k_all_lines);
        distributor_.write<GicdIgroupr>(block, k_all_lines);
    }
    for (const WiredLine& wired : ports::gic_v3::lines().lines()) {
        if (wired.line.id() >= k_first_shared && wired.line.id() < lines_) {
            set_trigger(distributor_, wired);
        }
    }
    distributor_.write<GicdCtlr>(field<GicdCtlr::AffinityRouting>(1) | field<GicdCtlr::EnableGroup1>(1));
    return wait_until_clear<GicdCtlr::WritePending>(distributor_);
}

// One redistributor follows the other; the walk ends at the frame marked Last or at the end of the window.
bool GicV3::find_redistributor() {
    const std::uint32_t wanted = packed_affinity(arch::mpidr());
    const std::size_t size = params::gic_v3::registers::redistributors.size;
    for (std::size_t offset = 0; offset + 2 * k_frame_size <= size;) {
        const std::uint64_t type = redistributors_.at(offset).read<GicrTyper>();
        if (type >> GicrTyper::Affinity::shift == wanted) {
            cpus_.local().redistributor = static_cast<std::uint32_t>(offset);
            return true;
        }
        if ((type & field_mask<GicrTyper::Last>) != 0) {
            return false;
        }
        offset += ((type & field_mask<GicrTyper::VirtualLpis>) != 0 ? 4 : 2) * k_frame_size;
    }
    return false;
}

// Awake, with this CPU's own lines off and in group 1.
bool GicV3::wake_redistributor() {
    redistributor().modify<GicrWaker::ProcessorSleep>(0);
    if (!wait_until_clear<GicrWaker::ChildrenAsleep>(redistributor())) {
        return false;
    }
    const Registers lines = redistributor().at(k_frame_size);
    lines.write<GicrIcenabler0>(k_all_lines);
    lines.write<GicrIgroupr0>(k_all_lines);
    return wait_until_clear<GicrCtlr::WritePending>(redistributor());
}

Result<void> GicV3::enable(IrqLine line) {
    if (line.id() >= lines_) {
        return Errno::inval;
    }
    if (line.id() < k_first_shared) {
        const Registers own = redistributor().at(k_frame_size);
        own.write<GicrIpriorityr>(line.id(), k_priority);
        own.write<GicrIsenabler0>(line_bit(line));
    } else {
        distributor_.write<GicdIpriorityr>(line.id(), k_priority);
        distributor_.write<GicdIrouter>(line.id(), boot_cpu_);
        distributor_.write<GicdIsenabler>(line.id() / 32, line_bit(line));
    }
    return {};
}

// A disable takes effect when RWP falls (12.9.4, 12.11.2): after the return the line no longer comes.
Result<void> GicV3::disable(IrqLine line) {
    if (line.id() >= lines_) {
        return Errno::inval;
    }
    bool done;
    if (line.id() < k_first_shared) {
        redistributor().at(k_frame_size).write<GicrIcenabler0>(line_bit(line));
        done = wait_until_clear<GicrCtlr::WritePending>(redistributor());
    } else {
        distributor_.write<GicdIcenabler>(line.id() / 32, line_bit(line));
        done = wait_until_clear<GicdCtlr::WritePending>(distributor_);
    }
    if (!done) {
        return Errno::timedout;
    }
    return {};
}

std::optional<IrqLine> GicV3::acknowledge() {
    const std::uint32_t id = arch::icc_acknowledge();
    if (id >= k_first_special) {
        return std::nullopt;
    }
    return IrqLine{id};
}

void GicV3::complete(IrqLine line) {
    arch::icc_end_of_interrupt(line.id());
}

void GicV3::send(IrqLine line, unsigned cpu) {
    const std::uint64_t request = cpus_.of(cpu).request;
    if (request != 0) {  // else it would go to a CPU of another range
        arch::publish_stores();
        arch::icc_send(request | std::uint64_t{line.id()} << k_request_line);
    }
}

}  // namespace phx::irq
