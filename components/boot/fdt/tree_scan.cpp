#include "tree_scan.hpp"

#include <algorithm>
#include <utility>

#include <ports/fdt.hpp>

namespace phx::boot {
namespace {

struct PropertyName {
    std::string_view name;
    std::uint32_t prefix;

    consteval PropertyName(const char* text)
        : name{text}, prefix{name_prefix(name)} {} // NOLINT(google-explicit-constructor)
};

// In the order of TreeScan::Property.
constexpr std::array<PropertyName, 12> k_properties{
    "#address-cells", "bootargs", "compatible", "device_type", "linux,initrd-end", "linux,initrd-start",
    "method",         "no-map",   "ranges",     "reg",         "#size-cells",      "status",
};

// Cells beyond two hold no address that this machine could reach.
constexpr std::size_t k_max_cells = 2;

std::uint64_t read_number(std::span<const std::byte> value, std::size_t first_cell, std::size_t cells) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < cells; ++i) {
        number = (number << 32) | fdt_cell(value, first_cell + i);
    }
    return number;
}

std::string_view first_string(std::span<const std::byte> value) {
    const std::string_view all{reinterpret_cast<const char*>(value.data()), value.size()};
    return all.substr(0, all.find('\0'));
}

// "memory" or "memory@...": a name without its unit address (2.2.1).
bool is_named(std::string_view node, std::string_view name) {
    return node.starts_with(name) && (node.size() == name.size() || node[name.size()] == '@');
}

} // namespace

Result<void> TreeFacts::add_memory(PhysRange range) {
    if (range.empty()) {
        return {};
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < memory.count; ++i) {
        const PhysRange other = memory.items[i];
        if (other.base <= range.end() && range.base <= other.end()) {
            const PhysAddr base = std::min(other.base, range.base);
            range = {base, std::max(other.end(), range.end()) - base};
        } else {
            memory.items[kept++] = other;
        }
    }
    memory.count = kept;
    if (!memory.push(range)) {
        return Errno::toobig;
    }
    for (std::size_t i = kept; i > 0 && memory.items[i - 1].base > range.base; --i) {
        std::swap(memory.items[i - 1], memory.items[i]);
    }
    return {};
}

Result<void> TreeFacts::reserve(PhysRange range, bool no_map) {
    if (!range.empty() && !reserved.push({range, no_map})) {
        return Errno::toobig;
    }
    return {};
}

Result<void> TreeScan::run() {
    if (claims_.size() > max_claims) {
        ports::fdt::log().error("the graph claims more than {} devices", max_claims);
        return Errno::toobig;
    }
    for (;;) {
        switch (reader_.next()) {
        case FdtEvent::begin_node:
            TRY(finish_node());
            enter_node();
            break;
        case FdtEvent::property:
            if (levels_[depth_ - 1].kind != Kind::other) {
                collect_property();
            }
            break;
        case FdtEvent::end_node:
            TRY(finish_node());
            --depth_;
            break;
        case FdtEvent::end:
            return report_unmet_claims();
        case FdtEvent::fault:
            return Errno::inval;
        }
    }
}

void TreeScan::enter_node() {
    const std::string_view name = reader_.name();
    Level& level = levels_[depth_];
    level = Level{};
    level.name = name;
    if (depth_ > 0) {
        level.path_length = levels_[depth_ - 1].path_length + 1 + static_cast<std::uint32_t>(name.size());
    }
    level.kind = classify(name);
    ++depth_;
    present_ = 0;
    open_ = true;
    claim_ = max_claims;
    match_claims();
}

TreeScan::Kind TreeScan::classify(std::string_view name) const {
    if (depth_ == 0) {
        return Kind::root;
    }
    const Kind parent = levels_[depth_ - 1].kind;
    if (parent == Kind::root) {
        if (is_named(name, "memory")) {
            return Kind::memory;
        }
        if (name == "reserved-memory") {
            return Kind::reserved_memory;
        }
        if (name == "chosen") {
            return Kind::chosen;
        }
        if (name == "cpus") {
            return Kind::cpus;
        }
        return is_named(name, "psci") ? Kind::psci : Kind::other;
    }
    if (parent == Kind::cpus && is_named(name, "cpu")) {
        return Kind::cpu;
    }
    return parent == Kind::reserved_memory ? Kind::reserved_child : Kind::other;
}

// Finds the claim of the current node; a plain node on the way to one becomes a bus.
void TreeScan::match_claims() {
    Level& level = levels_[depth_ - 1];
    if (depth_ == 1 || (levels_[depth_ - 2].kind != Kind::root && levels_[depth_ - 2].kind != Kind::bus)) {
        return;
    }
    for (std::size_t i = 0; i < claims_.size(); ++i) {
        const std::string_view path = claims_[i].path;
        if (path.size() < level.path_length || !on_path_to(path)) {
            continue;
        }
        if (path.size() == level.path_length) {
            claim_ = i;
            level.kind = level.kind == Kind::other ? Kind::claimed : level.kind;
        } else if (level.kind == Kind::other || level.kind == Kind::claimed) {
            level.kind = Kind::bus;
        }
    }
}

bool TreeScan::on_path_to(std::string_view path) const {
    const std::size_t length = levels_[depth_ - 1].path_length;
    if (path.size() > length && path[length] != '/') {
        return false;
    }
    for (std::size_t i = depth_ - 1; i > 0; --i) {
        const std::size_t slash = levels_[i - 1].path_length;
        const std::string_view name = levels_[i].name;
        if (path[slash] != '/' || path.substr(slash + 1, name.size()) != name) {
            return false;
        }
    }
    return true;
}

void TreeScan::collect_property() {
    const std::uint32_t prefix = reader_.name_prefix();
    for (std::size_t i = 0; i < property_count; ++i) {
        if (k_properties[i].prefix == prefix && reader_.is(k_properties[i].name)) {
            values_[i] = reader_.value();
            present_ |= 1U << i;
            return;
        }
    }
}

Result<void> TreeScan::finish_node() {
    if (!open_) {
        return {};
    }
    open_ = false;
    Level& level = levels_[depth_ - 1];
    if (claim_ != max_claims) {
        check_claim();
    }
    switch (level.kind) {
    case Kind::root:
    case Kind::bus:
    case Kind::reserved_memory:
        return read_cells(level);
    case Kind::memory:
        return read_memory();
    case Kind::reserved_child:
        return read_reserved();
    case Kind::chosen:
        return read_chosen();
    case Kind::cpu:
        facts_.cpu_count += enabled() ? 1 : 0;
        return {};
    case Kind::psci:
        read_psci();
        return {};
    case Kind::cpus:
    case Kind::claimed:
    case Kind::other:
        return {};
    }
    return {};
}

Result<void> TreeScan::read_cells(Level& level) {
    for (const Property p : {address_cells, size_cells}) {
        if (!has(p)) {
            continue;
        }
        if (values_[p].size() != 4 || fdt_cell(values_[p], 0) > 4) {
            return malformed("#address-cells or #size-cells is not a number up to 4");
        }
        (p == address_cells ? level.address_cells : level.size_cells) =
            static_cast<std::uint8_t>(fdt_cell(values_[p], 0));
    }
    level.translates = has(ranges);
    level.ranges = has(ranges) ? values_[ranges] : std::span<const std::byte>{};
    return {};
}

template <class F>
Result<void> TreeScan::for_each_reg(F f) const {
    const Level& parent = levels_[depth_ - 2];
    const std::size_t cells = parent.address_cells + parent.size_cells;
    const auto value = has(reg) ? values_[reg] : std::span<const std::byte>{};
    if (parent.address_cells == 0 || parent.address_cells > k_max_cells || parent.size_cells > k_max_cells) {
        return malformed("its addresses or sizes have no cells or more than 2");
    }
    if (value.size() % (cells * 4) != 0) {
        return malformed("reg does not hold whole pairs of address and size");
    }
    for (std::size_t cell = 0; cell * 4 < value.size(); cell += cells) {
        const PhysRange range{PhysAddr{read_number(value, cell, parent.address_cells)},
                              read_number(value, cell + parent.address_cells, parent.size_cells)};
        if (range.end() < range.base) {
            return malformed("a range of reg goes past the end of the address space");
        }
        TRY(f(range));
    }
    return {};
}

Result<void> TreeScan::read_memory() {
    if (text(device_type) != "memory" || !enabled()) {
        return {};
    }
    return for_each_reg([this](PhysRange range) -> Result<void> {
        if (!facts_.add_memory(range)) {
            ports::fdt::log().error("the device tree has more than {} separate ranges of memory",
                                    facts_.memory.items.size());
            return Errno::toobig;
        }
        return {};
    });
}

Result<void> TreeScan::read_reserved() {
    if (!enabled()) {
        return {};
    }
    return for_each_reg([this](PhysRange range) -> Result<void> {
        if (!facts_.reserve(range, has(no_map))) {
            ports::fdt::log().error("the device tree has more than {} reserved ranges", facts_.reserved.items.size());
            return Errno::toobig;
        }
        return {};
    });
}

// initrd addresses are one or two cells, as the loader likes (Linux Documentation/arch/arm64/booting.rst leaves it
// open).
Result<void> TreeScan::read_chosen() {
    facts_.bootargs = text(bootargs);
    if (!has(initrd_start) || !has(initrd_end)) {
        return {};
    }
    for (const Property p : {initrd_start, initrd_end}) {
        if (values_[p].size() != 4 && values_[p].size() != 8) {
            return malformed("linux,initrd-start or -end is neither 4 nor 8 bytes long");
        }
    }
    const PhysAddr start{read_number(values_[initrd_start], 0, values_[initrd_start].size() / 4)};
    const PhysAddr end{read_number(values_[initrd_end], 0, values_[initrd_end].size() / 4)};
    if (end < start) {
        return malformed("the initrd ends before it starts");
    }
    facts_.initrd = {start, end - start};
    return {};
}

// Devicetree bindings, arm,psci: "arm,psci" alone is version 0.1, whose function numbers differ.
void TreeScan::read_psci() {
    if (!enabled() || !(lists(compatible, "arm,psci-0.2") || lists(compatible, "arm,psci-1.0"))) {
        return;
    }
    if (text(method) == "hvc") {
        facts_.psci_conduit = PsciConduit::hvc;
    } else if (text(method) == "smc") {
        facts_.psci_conduit = PsciConduit::smc;
    }
}

void TreeScan::check_claim() {
    const DeviceClaim& claim = claims_[claim_];
    const auto mismatch = [this, &claim](std::string_view reason, std::string_view detail) {
        reported_.set(claim_);
        ports::fdt::log().error(
            "this machine has no {} compatible with {} (instance {}): {}{}; build the graph for this machine",
            claim.path, claim.compatible, claim.instance, reason, detail);
    };
    if (!has(compatible) || !lists(compatible, claim.compatible)) {
        mismatch("it has ", has(compatible) ? text(compatible) : "one without `compatible`");
        return;
    }
    if (!enabled()) {
        mismatch("its status is ", text(status));
        return;
    }
    if (claim.base != PhysAddr{}) {
        const std::optional<PhysAddr> base = first_register();
        if (base != claim.base) {
            std::array<char, 64> buffer;
            mismatch("its registers are ",
                     base ? format_to(buffer, "at {}, not {}", *base, claim.base) : "out of reach");
            return;
        }
    }
    met_.set(claim_);
}

// Where the current node's registers are for the processor: its reg, translated by the ranges of each bus above
// (2.3.8).
std::optional<PhysAddr> TreeScan::first_register() const {
    const Level* bus = &levels_[depth_ - 2];
    const auto value = has(reg) ? values_[reg] : std::span<const std::byte>{};
    if (bus->address_cells > k_max_cells || value.size() < bus->address_cells * 4U || value.empty()) {
        return std::nullopt;
    }
    std::uint64_t address = read_number(value, 0, bus->address_cells);
    for (; bus != levels_.data(); --bus) {
        const Level& parent = bus[-1];
        const std::size_t cells = bus->address_cells + parent.address_cells + bus->size_cells;
        if (!bus->translates || parent.address_cells > k_max_cells || bus->size_cells > k_max_cells) {
            return std::nullopt;
        }
        bool hit = bus->ranges.empty();
        for (std::size_t cell = 0; !hit && (cell + cells) * 4 <= bus->ranges.size() && cells > 0; cell += cells) {
            const std::uint64_t from = read_number(bus->ranges, cell, bus->address_cells);
            const std::uint64_t to = read_number(bus->ranges, cell + bus->address_cells, parent.address_cells);
            const std::uint64_t size =
                read_number(bus->ranges, cell + bus->address_cells + parent.address_cells, bus->size_cells);
            if (address >= from && address - from < size) {
                address = to + (address - from);
                hit = true;
            }
        }
        if (!hit) {
            return std::nullopt;
        }
    }
    return PhysAddr{address};
}

Result<void> TreeScan::report_unmet_claims() {
    bool all = true;
    for (std::size_t i = 0; i < claims_.size(); ++i) {
        all = all && met_[i];
        if (!met_[i] && !reported_[i]) {
            ports::fdt::log().error("this machine has no {} compatible with {} (instance {}): it has no such node; "
                                    "build the graph for this machine",
                                    claims_[i].path, claims_[i].compatible, claims_[i].instance);
        }
    }
    return all ? Result<void>{} : Errno::nodev;
}

std::string_view TreeScan::text(Property p) const {
    return has(p) ? first_string(values_[p]) : std::string_view{};
}

bool TreeScan::lists(Property p, std::string_view wanted) const {
    auto rest = has(p) ? values_[p] : std::span<const std::byte>{};
    while (!rest.empty()) {
        const std::string_view string = first_string(rest);
        if (string == wanted) {
            return true;
        }
        rest = rest.subspan(std::min(string.size() + 1, rest.size()));
    }
    return false;
}

// 2.3.4; an absent status means okay.
bool TreeScan::enabled() const {
    return !has(status) || text(status) == "okay" || text(status) == "ok";
}

Errno TreeScan::malformed(std::string_view what) const {
    ports::fdt::log().error("device tree: {}: {}", levels_[depth_ - 1].name, what);
    return Errno::inval;
}

} // namespace phx::boot
