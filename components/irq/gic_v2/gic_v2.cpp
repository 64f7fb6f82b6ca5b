#include <irq/gic_v2/gic_v2.hpp>

#include <algorithm>

#include <irq/gic_v2/registers.hpp>
#include <ports/gic_v2.hpp>

namespace phx::irq {

using namespace gic_v2;

namespace {

constexpr std::uint32_t k_first_shared = 32;
constexpr std::uint32_t k_first_special = 1020;  // 1020 to 1023 are no lines (2.2.1)
constexpr std::uint8_t k_priority = 0x80;        // the upper half of what a non-secure access can give (3.8.1)
constexpr std::uint32_t k_all_priorities = 0xff;

}  // namespace

Result<void> GicV2::init() {
    const auto log = ports::gic_v2::log();
    const std::uint32_t architecture = distributor_.read<GicdIcpidr2::Architecture>();
    if (architecture != 2) {
        log.error("no GICv2 at {}: ICPIDR2 says architecture {}", params::gic_v2::registers::distributor.phys,
                  architecture);
        return Errno::nodev;
    }
    lines_ = std::min(32 * (distributor_.read<GicdTyper::LineBlocks>() + 1), k_first_special);
    // Every line off, whatever ran before us; priorities and targets are set as lines are enabled.
    distributor_.write<GicdCtlr>(0);
    for (std::size_t block = 0; block * 32 < lines_; ++block) {
        distributor_.write<GicdIcenabler>(block, ~std::uint32_t{0});
    }
    // The targets of lines 0 to 31 are read-only and name the reading CPU (4.3.12).
    own_target_ = distributor_.read<GicdItargetsr>(0);
    distributor_.write<GicdCtlr>(field<GicdCtlr::Enable>(1));
    cpu_interface_.write<GiccPmr>(k_all_priorities);
    cpu_interface_.write<GiccCtlr>(field<GiccCtlr::Enable>(1));
    log.info("GICv2, {} lines", lines_);
    return {};
}

Result<void> GicV2::enable(IrqLine line) {
    if (line.id() >= lines_) {
        return Errno::inval;
    }
    distributor_.write<GicdIpriorityr>(line.id(), k_priority);
    if (line.id() >= k_first_shared && own_target_ != 0) {
        distributor_.write<GicdItargetsr>(line.id(), own_target_);
    }
    distributor_.write<GicdIsenabler>(line.id() / 32, std::uint32_t{1} << (line.id() % 32));
    return {};
}

Result<void> GicV2::disable(IrqLine line) {
    if (line.id() >= lines_) {
        return Errno::inval;
    }
    distributor_.write<GicdIcenabler>(line.id() / 32, std::uint32_t{1} << (line.id() % 32));
    return {};
}

std::optional<IrqLine> GicV2::acknowledge() {
    const std::uint32_t value = cpu_interface_.read<GiccIar>();
    const std::uint32_t id = value & field_mask<GiccIar::Id>;
    if (id >= k_first_special) {
        return std::nullopt;
    }
    if (id < k_software_lines) {
        source_cpu_[id] =
            static_cast<std::uint8_t>((value & field_mask<GiccIar::SourceCpu>) >> GiccIar::SourceCpu::shift);
    }
    return IrqLine{id};
}

void GicV2::complete(IrqLine line) {
    const std::uint32_t source = line.id() < k_software_lines ? source_cpu_[line.id()] : 0;
    cpu_interface_.write<GiccEoir>(field<GiccEoir::Id>(line.id()) | field<GiccEoir::SourceCpu>(source));
}

}  // namespace phx::irq
