#include "fdt.hpp"

#include <algorithm>

#include <ports/fdt.hpp>

namespace phx::boot {
namespace {

Errno report(const FdtReader& reader, PhysAddr address) {
    ports::fdt::log().error("no usable device tree at {}: {} (at offset {:#x} of {} bytes)", address,
                            describe(reader.fault()), reader.offset(), reader.size());
    return Errno::inval;
}

}  // namespace

Result<void> Fdt::init() {
    auto& handoff = ports::fdt::handoff();
    auto& devices = ports::fdt::devices();
    return read({handoff.device_tree(), handoff.device_tree_address(), handoff.image(), devices.claims(),
                 devices.memory_base()});
}

Result<void> Fdt::read(const Source& source) {
    facts_.clear();
    if (source.window.empty()) {
        ports::fdt::log().error("no device tree: the loader passed {} in x0",
                                source.address == PhysAddr{} ? "none" : "an address that is not a multiple of 8");
        return Errno::nodev;
    }
    FdtReader reader{source.window};
    if (reader.fault() != FdtFault::none) {
        return report(reader, source.address);
    }
    facts_.reserve({source.address, reader.size()}, false);
    while (const auto range = reader.next_reservation()) {
        facts_.reserve(*range, false);
    }
    TreeScan scan{reader, source.claims, facts_};
    const Result<void> scanned = scan.run();
    if (reader.fault() != FdtFault::none) {
        return report(reader, source.address);
    }
    if (!scanned && scanned.error() != Errno::nodev) {
        return scanned;
    }
    TRY(check(source));
    return scanned;
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
    if (!lies_in_memory("too little memory: the image", source.image)) {
        return Errno::nomem;
    }
    if (!lies_in_memory("the initrd", initrd())) {
        return Errno::fault;
    }
    facts_.reserve(initrd(), false);
    if (facts_.overflow) {
        log.error("the device tree has more than {} ranges of memory or {} reserved ones", facts_.memory.items.size(),
                  facts_.reserved.items.size());
        return Errno::toobig;
    }
    facts_.cpu_count = std::max(facts_.cpu_count, 1U);  // at least the one that runs this
    return {};
}

// Says so if not. An empty range lies anywhere.
bool Fdt::lies_in_memory(std::string_view what, PhysRange range) const {
    for (const PhysRange& m : memory()) {
        if (range.empty() || m.contains(range)) {
            return true;
        }
    }
    ports::fdt::log().error("{} at {}-{} lies outside memory", what, range.base, range.end());
    return false;
}

}  // namespace phx::boot
