#include "fdt.hpp"

#include <ports/fdt.hpp>

namespace phx::boot {
namespace {

Errno report(const FdtReader& reader, PhysAddr address, std::size_t window) {
    const auto log = ports::fdt::log();
    const FdtFault& fault = reader.fault();
    switch (fault.kind) {
    case FdtFault::Kind::bad_magic:
        log.error("no device tree at {}: {}", address, fault.what);
        break;
    case FdtFault::Kind::bad_version:
        log.error("the device tree at {} is of version {}; this kernel reads version 17", address, reader.version());
        break;
    case FdtFault::Kind::truncated:
        log.error("the device tree at {} is truncated at offset {:#x}: {} (it claims {} bytes, {} can be there)",
                  address, fault.offset, fault.what, reader.size(), window);
        break;
    case FdtFault::Kind::malformed:
    case FdtFault::Kind::none:
        log.error("the device tree at {} is malformed at offset {:#x}: {}", address, fault.offset, fault.what);
        break;
    }
    return Errno::inval;
}

bool lies_in(std::span<const PhysRange> memory, PhysRange range) {
    for (const PhysRange& m : memory) {
        if (m.contains(range)) {
            return true;
        }
    }
    return false;
}

} // namespace

Result<void> Fdt::init() {
    auto& handoff = ports::fdt::handoff();
    auto& devices = ports::fdt::devices();
    return read({handoff.device_tree(), handoff.device_tree_address(), handoff.image(), devices.claims(),
                 devices.memory_base()});
}

Result<void> Fdt::read(const Source& source) {
    facts_ = TreeFacts{};
    if (source.window.empty()) {
        if (source.address == PhysAddr{}) {
            ports::fdt::log().error("no device tree: the loader passed none in x0");
        } else {
            ports::fdt::log().error("no device tree at {}, which the loader passed in x0: it must be 8-byte aligned",
                                    source.address);
        }
        return Errno::nodev;
    }
    FdtReader reader;
    if (!reader.open(source.window)) {
        return report(reader, source.address, source.window.size());
    }
    TRY(reserve_blocks(reader, source.address));
    TreeScan scan{reader, source.claims, facts_};
    const Result<void> scanned = scan.run();
    if (reader.fault().kind != FdtFault::Kind::none) {
        return report(reader, source.address, source.window.size());
    }
    if (!scanned && scanned.error() != Errno::nodev) {
        return scanned;
    }
    TRY(check(source));
    return scanned;
}

Result<void> Fdt::reserve_blocks(FdtReader& reader, PhysAddr tree) {
    Result<void> kept = facts_.reserve({tree, reader.size()}, false);
    for (auto range = reader.next_reservation(); range && kept; range = reader.next_reservation()) {
        kept = facts_.reserve(*range, false);
    }
    if (!kept) {
        ports::fdt::log().error("the device tree has more than {} reserved ranges", facts_.reserved.items.size());
    }
    return kept;
}

// What must hold for this machine, whatever its devices.
Result<void> Fdt::check(const Source& source) {
    const auto log = ports::fdt::log();
    if (memory().empty()) {
        log.error("the device tree describes no memory");
        return Errno::nomem;
    }
    if (memory().front().base != source.memory_base) {
        log.error("memory starts at {}, but the graph's machine has it at {}; build the graph for this machine",
                  memory().front().base, source.memory_base);
        return Errno::nodev;
    }
    if (!lies_in(memory(), source.image)) {
        log.error("too little memory: the image needs {}-{}, memory is {}-{}", source.image.base, source.image.end(),
                  memory().front().base, memory().front().end());
        return Errno::nomem;
    }
    if (!initrd().empty()) {
        if (!lies_in(memory(), initrd())) {
            log.error("initrd {}-{} lies outside memory", initrd().base, initrd().end());
            return Errno::fault;
        }
        if (!facts_.reserve(initrd(), false)) {
            log.error("the device tree has more than {} reserved ranges", facts_.reserved.items.size());
            return Errno::toobig;
        }
    }
    if (facts_.cpu_count == 0) {
        facts_.cpu_count = 1; // the one that runs this
    }
    return {};
}

} // namespace phx::boot
