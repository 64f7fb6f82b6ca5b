#include <irq/gic_v3/gic_v3.hpp>

#include <algorithm>

#include <arch/cpu.hpp>
#include <arch/gic.hpp>
#include <irq/gic_v3/registers.hpp>
#include <ports/gic_v3.hpp>

namespace phx::irq {

using namespace gic_v3;

namespace {

constexpr std::uint32_t k_first_shared = 32;
constexpr std::uint32_t k_first_special = 1020;  // 1020 to 1023 are no lines (2.2.1)
constexpr std::uint8_t k_priority = 0x80;        // the upper half of what a non-secure access can give (4.8.1)
constexpr std::uint32_t k_all_priorities = 0xff;
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

}  // namespace

Result<void> GicV3::init() {
    const auto log = ports::gic_v3::log();
    const std::uint32_t architecture = distributor_.read<GicdPidr2::Architecture>();
    if (architecture != 3 && architecture != 4) {
        log.error("no GICv3 at {}: GICD_PIDR2 says architecture {}", params::gic_v3::registers::distributor.phys,
                  architecture);
        return Errno::nodev;
    }
    if (!find_redistributor()) {
        log.error("no redistributor for the boot CPU {:#x} in {:#x} bytes at {}", packed_affinity(arch::mpidr()),
                  params::gic_v3::registers::redistributors.size, params::gic_v3::registers::redistributors.phys);
        return Errno::nodev;
    }
    if (!arch::icc_enable_system_registers()) {
        log.error("ICC_SRE_EL1.SRE stays 0: EL2 or EL3 withholds the CPU interface");
        return Errno::nodev;
    }
    lines_ = std::min(32 * (distributor_.read<GicdTyper::LineBlocks>() + 1), k_first_special);
    if (!wake_redistributor() || !reset_lines()) {
        log.error("the distributor stays busy or the boot CPU's redistributor asleep");
        return Errno::timedout;
    }
    arch::icc_end_deactivates();
    arch::icc_set_priority_mask(k_all_priorities);
    arch::icc_enable_group1(true);
    log.info("GICv{}, {} lines", architecture, lines_);
    return {};
}

// Every line off and in group 1, whatever ran before us; priorities and routes are set as lines are enabled. Affinity
// routing may be turned on only while the groups are off, and not turned off at all (12.9.4, ARE_NS).
bool GicV3::reset_lines() const {
    distributor_.write<GicdCtlr>(distributor_.read<GicdCtlr>() & field_mask<GicdCtlr::AffinityRouting>);
    if (!wait_until_clear<GicdCtlr::WritePending>(distributor_)) {
        return false;
    }
    for (std::size_t block = 1; block * 32 < lines_; ++block) {
        distributor_.write<GicdIcenabler>(block, ~std::uint32_t{0});
        distributor_.write<GicdIgroupr>(block, ~std::uint32_t{0});
    }
    const Registers own = redistributor_.at(k_frame_size);
    own.write<GicrIcenabler0>(~std::uint32_t{0});
    own.write<GicrIgroupr0>(~std::uint32_t{0});
    distributor_.write<GicdCtlr>(field<GicdCtlr::AffinityRouting>(1) | field<GicdCtlr::EnableGroup1>(1));
    return wait_until_clear<GicdCtlr::WritePending>(distributor_);
}

// One redistributor follows the other; the walk ends at the frame marked Last or at the end of the window.
bool GicV3::find_redistributor() {
    const std::uint32_t wanted = packed_affinity(arch::mpidr());
    const RegisterWindow& window = params::gic_v3::registers::redistributors;
    const Registers first{window};
    for (std::size_t offset = 0; offset + 2 * k_frame_size <= window.size;) {
        const Registers candidate = first.at(offset);
        const std::uint64_t type = candidate.read<GicrTyper>();
        if (type >> GicrTyper::Affinity::shift == wanted) {
            redistributor_ = candidate;
            affinity_ = arch::mpidr() & 0xff'00ff'ffff;
            return true;
        }
        if ((type & field_mask<GicrTyper::Last>) != 0) {
            return false;
        }
        offset += ((type & field_mask<GicrTyper::VirtualLpis>) != 0 ? 4 : 2) * k_frame_size;
    }
    return false;
}

bool GicV3::wake_redistributor() const {
    redistributor_.modify<GicrWaker::ProcessorSleep>(0);
    return wait_until_clear<GicrWaker::ChildrenAsleep>(redistributor_);
}

Result<void> GicV3::enable(IrqLine line) {
    if (line.id() >= lines_) {
        return Errno::inval;
    }
    const std::uint32_t bit = std::uint32_t{1} << (line.id() % 32);
    if (line.id() < k_first_shared) {
        const Registers own = redistributor_.at(k_frame_size);
        own.write<GicrIpriorityr>(line.id(), k_priority);
        own.write<GicrIsenabler0>(bit);
    } else {
        distributor_.write<GicdIpriorityr>(line.id(), k_priority);
        distributor_.write<GicdIrouter>(line.id(), affinity_);
        distributor_.write<GicdIsenabler>(line.id() / 32, bit);
    }
    return {};
}

// A disable takes effect when RWP falls (12.9.4, 12.11.2): after the return the line no longer comes.
Result<void> GicV3::disable(IrqLine line) {
    if (line.id() >= lines_) {
        return Errno::inval;
    }
    const std::uint32_t bit = std::uint32_t{1} << (line.id() % 32);
    bool done;
    if (line.id() < k_first_shared) {
        redistributor_.at(k_frame_size).write<GicrIcenabler0>(bit);
        done = wait_until_clear<GicrCtlr::WritePending>(redistributor_);
    } else {
        distributor_.write<GicdIcenabler>(line.id() / 32, bit);
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

}  // namespace phx::irq
