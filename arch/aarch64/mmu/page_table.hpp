// Stage 1 translation tables, 4 KiB granule, 39-bit half: levels 1 to 3 (Arm ARM DDI 0487, D8.3).
#pragma once

#include <cstddef>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::arch {

inline constexpr std::size_t k_table_entries = 512;
inline constexpr std::uint64_t k_l1_size = std::uint64_t{1} << 30;
inline constexpr std::uint64_t k_l2_size = std::uint64_t{1} << 21;

struct PageTable {
    std::uint64_t entry[k_table_entries];
};

// Attributes of a block or page descriptor, all bits but type and address.
enum class Rights : std::uint64_t {};

namespace descriptor {
inline constexpr std::uint64_t valid = 1;
inline constexpr std::uint64_t table = 3;
inline constexpr std::uint64_t page = 3;
inline constexpr std::uint64_t address_mask = 0x0000'ffff'ffff'f000;
inline constexpr std::uint64_t read_only = std::uint64_t{2} << 6;   // AP[2:1]
inline constexpr std::uint64_t inner_shareable = std::uint64_t{3} << 8;
inline constexpr std::uint64_t accessed = std::uint64_t{1} << 10;
inline constexpr std::uint64_t privileged_execute_never = std::uint64_t{1} << 53;
inline constexpr std::uint64_t user_execute_never = std::uint64_t{1} << 54;
constexpr std::uint64_t memory_type(unsigned mair_index) { return std::uint64_t{mair_index} << 2; }  // as start.S sets MAIR
}  // namespace descriptor

inline constexpr std::uint64_t k_normal = descriptor::memory_type(1) | descriptor::inner_shareable | descriptor::accessed | descriptor::user_execute_never;
inline constexpr Rights k_text{k_normal | descriptor::read_only};
inline constexpr Rights k_read_only{k_normal | descriptor::read_only | descriptor::privileged_execute_never};
inline constexpr Rights k_read_write{k_normal | descriptor::privileged_execute_never};
inline constexpr Rights k_device{descriptor::memory_type(3) | descriptor::accessed | descriptor::user_execute_never | descriptor::privileged_execute_never};

// Where new tables come from and how a table's address is reached: the caller's, so that tables can be built in any memory.
class TableMemory {
public:
    // A zeroed table.
    virtual Result<PhysAddr> allocate() = 0;
    virtual PageTable* reach(PhysAddr table) = 0;

protected:
    ~TableMemory() = default;
};

// Maps [virt, virt + size) to [phys, ...) under `root`, with the largest blocks that fit. All page aligned; what is mapped there already is
// replaced only by an equal page (two devices may share one), anything else is EEXIST. ENOMEM: no table to be had.
Result<void> map_range(TableMemory& memory, PhysAddr root, VirtAddr virt, PhysAddr phys, std::uint64_t size, Rights rights);

// Takes one page, which is mapped as such, out again; where it led. Tables stay.
PhysAddr unmap_page(TableMemory& memory, PhysAddr root, VirtAddr virt);

}  // namespace phx::arch
