#include "tree_scan.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <base/panic.hpp>
#include <ports/fdt.hpp>

namespace phx::boot {
namespace {

struct PropertyName {
    const char* text;
    std::uint32_t prefix;
    std::uint32_t size;

    consteval PropertyName(std::string_view name)  // NOLINT(google-explicit-constructor)
        : text{name.data()}, prefix{name_prefix(name)}, size{static_cast<std::uint32_t>(name.size())} {}
};

// In the order of TreeScan::Property.
constexpr PropertyName k_properties[] = {
    std::string_view{"#address-cells"},   std::string_view{"bootargs"},
    std::string_view{"compatible"},       std::string_view{"device_type"},
    std::string_view{"enable-method"},    std::string_view{"linux,initrd-end"},
    std::string_view{"linux,initrd-start"}, std::string_view{"method"},
    std::string_view{"no-map"},           std::string_view{"ranges"},
    std::string_view{"reg"},              std::string_view{"rng-seed"},
    std::string_view{"#size-cells"},
    std::string_view{"status"},
};

// Cells beyond two hold no address that this machine could reach.
constexpr std::size_t k_max_cells = 2;

[[gnu::noinline]] std::uint64_t read_number(std::span<const std::byte> value, std::size_t first_cell,
                                            std::size_t cells) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < cells; ++i) {
        number = (number << 32) | fdt_cell(value, first_cell + i);
    }
    return number;
}

std::string_view first_string(std::span<const std::byte> value) {
    const auto* text = reinterpret_cast<const char*>(value.data());
    const void* end = value.empty() ? nullptr : std::memchr(text, 0, value.size());
    return {text, end == nullptr ? value.size() : static_cast<std::size_t>(static_cast<const char*>(end) - text)};
}

// "memory" or "memory@...": a name without its unit address (2.2.1).
bool is_named(std::string_view node, std::string_view name) {
    return !node.empty() && node.front() == name.front() && node.starts_with(name) &&
           (node.size() == name.size() || node[name.size()] == '@');
}

}  // namespace

void TreeFacts::clear() {
    memory.count = 0;
    reserved.count = 0;
    overflow = false;
    cpu_count = 0;
    cpus.count = 0;
    bootargs = {};
    initrd = {};
    random_seed = {};
    psci_conduit = PsciConduit::none;
}

void TreeFacts::add_memory(PhysRange range) {
    if (range.empty()) {
        return;
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
        overflow = true;
        return;
    }
    for (std::size_t i = kept; i > 0 && memory.items[i - 1].base > range.base; --i) {
        std::swap(memory.items[i - 1], memory.items[i]);
    }
}

void TreeFacts::reserve(PhysRange range, bool no_map) {
    if (!range.empty() && !reserved.push({range, no_map})) {
        overflow = true;
    }
}

Result<void> TreeScan::run() {
    ASSERT(claims_.size() <= max_claims);
    for (;;) {
        const FdtEvent event = reader_.next();
        if (event == FdtEvent::property) {
            collect_property();
            continue;
        }
        if (event == FdtEvent::fault) {
            return Errno::inval;
        }
        if (event == FdtEvent::end) {
            check_absent_claims();
            return refused_ ? Errno::nodev : Result<void>{};
        }
        TRY(finish_node());
        if (event == FdtEvent::begin_node) {
            enter_node();
            if (levels_[depth_ - 1].kind == Kind::other) {
                reader_.skip_properties();
            }
        } else {
            --depth_;
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
    static constexpr std::pair<std::string_view, Kind> top[] = {
        {"memory", Kind::memory}, {"reserved-memory", Kind::reserved_memory},
        {"chosen", Kind::chosen}, {"cpus", Kind::cpus},
        {"psci", Kind::psci},
    };
    if (depth_ == 0) {
        return Kind::root;
    }
    switch (levels_[depth_ - 1].kind) {
    case Kind::root:
        for (const auto& [known, kind] : top) {
            if (is_named(name, known)) {
                return kind;
            }
        }
        return Kind::other;
    case Kind::cpus:
        return is_named(name, "cpu") ? Kind::cpu : Kind::other;
    case Kind::reserved_memory:
        return Kind::reserved_child;
    default:
        return Kind::other;
    }
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

// Whether `path`, which is not shorter than the current node's, begins with it.
bool TreeScan::on_path_to(std::string_view path) const {
    const char* end = path.data() + levels_[depth_ - 1].path_length;
    if (end != path.data() + path.size() && *end != '/') {
        return false;
    }
    for (std::size_t i = depth_ - 1; i > 0; --i) {
        const std::string_view name = levels_[i].name;
        end -= name.size();
        if (std::memcmp(end, name.data(), name.size()) != 0 || *--end != '/') {
            return false;
        }
    }
    return true;
}

void TreeScan::collect_property() {
    const std::uint32_t prefix = reader_.name_prefix();
    for (std::size_t i = 0; i < property_count; ++i) {
        if (k_properties[i].prefix == prefix && reader_.is({k_properties[i].text, k_properties[i].size})) {
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
        return lists(device_type, "memory") && enabled() ? read_ranges(level.kind) : Result<void>{};
    case Kind::reserved_child:
        return enabled() ? read_ranges(level.kind) : Result<void>{};
    case Kind::chosen:
        return read_chosen();
    case Kind::cpu:
        read_cpu();
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
    const std::uint64_t address = has(address_cells) ? number(address_cells) : level.address_cells;
    const std::uint64_t size = has(size_cells) ? number(size_cells) : level.size_cells;
    if (address > 4 || size > 4) {
        return malformed("#address-cells or #size-cells is not a number up to 4");
    }
    level.address_cells = static_cast<std::uint8_t>(address);
    level.size_cells = static_cast<std::uint8_t>(size);
    level.translates = has(ranges);
    if (level.translates) {
        level.ranges = values_[ranges];
    }
    return {};
}

Result<void> TreeScan::read_ranges(Kind kind) {
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
        if (kind == Kind::memory) {
            facts_.add_memory(range);
        } else {
            facts_.reserve(range, has(no_map));
        }
    }
    return {};
}

// initrd addresses are one or two cells, as the loader likes (Linux Documentation/arch/arm64/booting.rst leaves it
// open).
Result<void> TreeScan::read_chosen() {
    facts_.bootargs = text(bootargs);
    if (has(rng_seed)) {
        facts_.random_seed = values_[rng_seed];
    }
    if (!has(initrd_start) || !has(initrd_end)) {
        return {};
    }
    const std::uint64_t start = number(initrd_start);
    const std::uint64_t end = number(initrd_end);
    if (end < start) {
        return malformed("the initrd ends before it starts");
    }
    facts_.initrd = {PhysAddr{start}, end - start};
    return {};
}

// reg is the affinity as in MPIDR_EL1, of one or two cells (Devicetree bindings, arm/cpus).
void TreeScan::read_cpu() {
    if (!enabled()) {
        return;
    }
    ++facts_.cpu_count;
    if (has(reg) && values_[reg].size() >= 4) {
        const CpuStart start = lists(enable_method, "psci") ? CpuStart::psci : CpuStart::unknown;
        static_cast<void>(facts_.cpus.push({number(reg), start}));
    }
}

// Devicetree bindings, arm,psci: "arm,psci" alone is version 0.1, whose function numbers differ.
void TreeScan::read_psci() {
    if (!enabled() || !(lists(compatible, "arm,psci-0.2") || lists(compatible, "arm,psci-1.0"))) {
        return;
    }
    if (lists(method, "hvc")) {
        facts_.psci_conduit = PsciConduit::hvc;
    } else if (lists(method, "smc")) {
        facts_.psci_conduit = PsciConduit::smc;
    }
}

void TreeScan::check_claim() {
    const DeviceClaim& claim = claims_[claim_];
    seen_[claim_] = true;  // not set(), which throws
    if (!lists(compatible, claim.compatible)) {
        refuse(claim, "it has ", has(compatible) ? text(compatible) : "one without `compatible`");
    } else if (!enabled()) {
        refuse(claim, "its status is ", text(status));
    } else if (claim.base != PhysAddr{}) {
        const std::optional<PhysAddr> base = first_register();
        if (!base) {
            refuse(claim, "its registers are out of reach", "");
        } else if (*base != claim.base) {
            std::array<char, 20> buffer;
            refuse(claim, "its registers are at ", format_to(buffer, "{}", *base));
        }
    }
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
        if (!bus->translates || cells == 0 || parent.address_cells > k_max_cells || bus->size_cells > k_max_cells) {
            return std::nullopt;
        }
        bool hit = bus->ranges.empty();
        for (std::size_t cell = 0; !hit && (cell + cells) * 4 <= bus->ranges.size(); cell += cells) {
            const std::uint64_t from = read_number(bus->ranges, cell, bus->address_cells);
            const std::uint64_t to = read_number(bus->ranges, cell + bus->address_cells, parent.address_cells);
            const std::uint64_t size = read_number(bus->ranges, cell + cells - bus->size_cells, bus->size_cells);
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

void TreeScan::check_absent_claims() {
    for (std::size_t i = 0; i < claims_.size(); ++i) {
        if (!seen_[i]) {
            refuse(claims_[i], "it has no such node", "");
        }
    }
}

void TreeScan::refuse(const DeviceClaim& claim, std::string_view reason, std::string_view detail) {
    refused_ = true;
    ports::fdt::log().error(
        "this machine has no {} compatible with {} (instance {}): {}{}; build the graph for this machine", claim.path,
        claim.compatible, claim.instance, reason, detail);
}

std::uint64_t TreeScan::number(Property p) const {
    return read_number(values_[p], 0, std::min(values_[p].size() / 4, k_max_cells));
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
    return !has(status) || lists(status, "okay") || lists(status, "ok");
}

Errno TreeScan::malformed(std::string_view what) const {
    ports::fdt::log().error("device tree: {}: {}", levels_[depth_ - 1].name, what);
    return Errno::inval;
}

}  // namespace phx::boot
