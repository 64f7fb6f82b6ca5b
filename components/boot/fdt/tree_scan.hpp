// One pass over a device tree: collects the facts of BootInfo and compares the nodes that the graph claims.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <base/result.hpp>
#include <base/types.hpp>
#include <boot/interfaces/boot_info.hpp>
#include <boot/interfaces/device_table.hpp>
#include <params/fdt/max_cpus.hpp>

#include "fdt_reader.hpp"

namespace phx::boot {

// A list of fixed capacity, filled at boot and then only read.
template <class T, std::size_t N>
struct BoundedList {
    std::array<T, N> items{};
    std::size_t count = 0;

    [[nodiscard]] constexpr std::span<const T> view() const { return std::span{items}.first(count); }
    [[nodiscard]] constexpr bool push(const T& item) {
        if (count == N) {
            return false;
        }
        items[count++] = item;
        return true;
    }
};

struct TreeFacts {
    BoundedList<PhysRange, 16> memory;  // ascending, merged
    BoundedList<ReservedRegion, 32> reserved;
    bool overflow = false;  // there were more ranges than are kept
    std::uint32_t cpu_count = 0;
    BoundedList<BootCpu, params::fdt::max_cpus> cpus;  // the first of them
    std::string_view bootargs;
    PhysRange initrd;
    std::span<const std::byte> random_seed;
    PsciConduit psci_conduit = PsciConduit::none;

    void clear();
    void add_memory(PhysRange range);
    [[gnu::noinline]] void reserve(PhysRange range, bool no_map);
};

class TreeScan {
public:
    static constexpr std::size_t max_claims = 256;

    // All three outlive the scan; the reader is at the start of an opened tree.
    TreeScan(FdtReader& reader, std::span<const DeviceClaim> claims, TreeFacts& facts)
        : reader_{reader}, claims_{claims}, facts_{facts} {}

    // EINVAL: the reader has a fault, or a property makes no sense, which the log then says. ENODEV: a claim does not
    // hold; each has a line in the log.
    [[nodiscard]] Result<void> run();

private:
    // What a node is to us. `bus`: a claimed node lies somewhere below it.
    enum class Kind : std::uint8_t {
        other,
        root,
        bus,
        memory,
        reserved_memory,
        reserved_child,
        chosen,
        cpus,
        cpu,
        psci,
        claimed
    };

    enum Property : std::uint8_t {
        address_cells,
        bootargs,
        compatible,
        device_type,
        enable_method,
        initrd_end,
        initrd_start,
        method,
        no_map,
        ranges,
        reg,
        rng_seed,
        size_cells,
        status,
        property_count,
    };

    struct Level {
        std::string_view name;
        std::span<const std::byte> ranges;
        std::uint32_t path_length = 0;  // of "/a/b"; 0 for the root
        Kind kind = Kind::other;
        bool translates = false;         // has `ranges`
        std::uint8_t address_cells = 2;  // 2.3.5: the defaults
        std::uint8_t size_cells = 1;
    };

    void enter_node();
    [[nodiscard]] Kind classify(std::string_view name) const;
    void match_claims();
    [[nodiscard]] bool on_path_to(std::string_view path) const;
    void collect_property();
    [[nodiscard]] Result<void> finish_node();
    [[nodiscard]] Result<void> read_cells(Level& level);
    [[nodiscard]] Result<void> read_ranges(Kind kind);
    [[nodiscard]] Result<void> read_chosen();
    void read_cpu();
    void read_psci();
    void check_claim();
    void check_absent_claims();

    [[nodiscard]] bool has(Property p) const { return (present_ >> p & 1) != 0; }
    // The property must be there: the number in its first one or two cells.
    [[nodiscard]] [[gnu::noinline]] std::uint64_t number(Property p) const;
    [[nodiscard]] [[gnu::noinline]] std::string_view text(Property p) const;
    [[nodiscard]] [[gnu::noinline]] bool lists(Property p, std::string_view wanted) const;
    [[nodiscard]] bool enabled() const;
    [[nodiscard]] std::optional<PhysAddr> first_register() const;
    [[nodiscard]] Errno malformed(std::string_view what) const;
    [[gnu::noinline]] void refuse(const DeviceClaim& claim, std::string_view reason, std::string_view detail);

    FdtReader& reader_;
    std::span<const DeviceClaim> claims_;
    TreeFacts& facts_;
    std::array<Level, FdtReader::max_depth> levels_{};
    std::size_t depth_ = 0;  // of levels_ in use; the current node is levels_[depth_ - 1]
    std::array<std::span<const std::byte>, property_count> values_{};
    std::uint32_t present_ = 0;
    bool open_ = false;  // the current node's properties are still coming
    std::size_t claim_ = 0;
    std::bitset<max_claims> seen_;
    bool refused_ = false;
};

}  // namespace phx::boot
