// The PL031's registers and fields (Arm DDI 0224, table 3-1 and section 3.3).
#pragma once

#include <base/registers.hpp>

namespace phx::time::pl031 {

struct Dr : Register<0x000, std::uint32_t, Access::read> {};  // seconds
struct Lr : Register<0x008> {};                               // seconds to go on from
struct Cr : Register<0x00c> {
    using Start = Field<Cr, 0>;  // 1: it runs; only a reset stops it
};
struct Imsc : Register<0x010> {};
struct Icr : Register<0x01c, std::uint32_t, Access::write> {
    static constexpr std::uint32_t all = 1;
};
struct PeriphId : Register<0xfe0, std::uint32_t, Access::read> {};  // four, a byte in each
struct PCellId : Register<0xff0, std::uint32_t, Access::read> {};   // likewise

// What PeriphID0 to 2 hold together without the revision: part 0x031, designer 0x41. PCellID0 to 3: the same for every
// PrimeCell.
inline constexpr std::uint32_t k_identity = 0x41031;
inline constexpr std::uint32_t k_identity_mask = 0xfffff;
inline constexpr std::uint32_t k_primecell = 0xb105f00d;

}  // namespace phx::time::pl031
