// What GICv2 and GICv3 have in common: how lines are numbered, and the distributor's registers for shared lines (Arm IHI 0048B.b, 4.3;
// IHI 0069G, 12.8 and 12.9). Where an array has one bit a line, element n holds lines 32 n to 32 n + 31.
#pragma once

#include <cstdint>

#include <base/registers.hpp>
#include <base/types.hpp>
#include <irq/interfaces/device_interrupts.hpp>

namespace phx::irq::gic {

// 0 to 15 are software interrupts, 16 to 31 each CPU's own, the others shared; 1020 to 1023 are no lines (both manuals, 2.2.1).
inline constexpr std::uint32_t k_software_lines = 16;
inline constexpr std::uint32_t k_first_shared = 32;
inline constexpr std::uint32_t k_first_special = 1020;

inline constexpr std::uint8_t k_priority = 0x80;  // the upper half of what a non-secure access can give (v2 3.8.1, v3 4.8.1)
inline constexpr std::uint32_t k_all_priorities = 0xff;
inline constexpr std::uint32_t k_all_lines = ~std::uint32_t{0};

struct GicdTyper : Register<0x0004, std::uint32_t, Access::read> {
    using LineBlocks = Field<GicdTyper, 0, 5>;  // ITLinesNumber: 32 * (n + 1) lines
};
struct GicdIgroupr : Register<0x0080> {};
struct GicdIsenabler : Register<0x0100> {};
struct GicdIcenabler : Register<0x0180> {};
struct GicdIpriorityr : Register<0x0400, std::uint8_t> {};
struct GicdIcfgr : Register<0x0c00> {};  // two bits a line, of which the upper says that it is an edge

[[nodiscard]] constexpr std::uint32_t line_bit(IrqLine line) {
    return std::uint32_t{1} << (line.id() % 32);
}

[[nodiscard]] inline std::uint32_t line_count(const Registers& distributor) {
    const std::uint32_t lines = 32 * (distributor.read<GicdTyper::LineBlocks>() + 1);
    return lines < k_first_special ? lines : k_first_special;
}

// While the line is off: changing it in an enabled one is unpredictable (v2 4.3.13, v3 12.9.9).
inline void set_trigger(const Registers& distributor, const WiredLine& wired) {
    const std::uint32_t bit = std::uint32_t{2} << (wired.line.id() % 16 * 2);
    const std::uint32_t old = distributor.read<GicdIcfgr>(wired.line.id() / 16);
    const std::uint32_t wanted = wired.trigger == Trigger::edge ? old | bit : old & ~bit;
    if (wanted != old) {
        distributor.write<GicdIcfgr>(wired.line.id() / 16, wanted);
    }
}

}  // namespace phx::irq::gic
