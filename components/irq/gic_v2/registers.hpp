// The GICv2's registers (Arm IHI 0048B.b, 4.3 distributor, 4.4 CPU interface).
#pragma once

#include <base/registers.hpp>

namespace phx::irq::gic_v2 {

struct GicdCtlr : Register<0x000> {
    using Enable = Field<GicdCtlr, 0>;  // group 1 in the non-secure view, else group 0, where all lines are then
};
struct GicdTyper : Register<0x004, std::uint32_t, Access::read> {
    using LineBlocks = Field<GicdTyper, 0, 5>;  // ITLinesNumber: 32 * (n + 1) lines
};
struct GicdIsenabler : Register<0x100> {};
struct GicdIcenabler : Register<0x180> {};
struct GicdIpriorityr : Register<0x400, std::uint8_t> {};
struct GicdItargetsr : Register<0x800, std::uint8_t> {};
struct GicdIcpidr2 : Register<0xfe8, std::uint32_t, Access::read> {
    using Architecture = Field<GicdIcpidr2, 4, 4>;
};

struct GiccCtlr : Register<0x000> {
    using Enable = Field<GiccCtlr, 0>;  // as GicdCtlr::Enable; EOImode stays 0: an end also deactivates
};
struct GiccPmr : Register<0x004> {};
struct GiccIar : Register<0x00c, std::uint32_t, Access::read> {
    using Id = Field<GiccIar, 0, 10>;
    using SourceCpu = Field<GiccIar, 10, 3>;  // of a line below 16
};
struct GiccEoir : Register<0x010, std::uint32_t, Access::write> {
    using Id = Field<GiccEoir, 0, 10>;
    using SourceCpu = Field<GiccEoir, 10, 3>;
};

}  // namespace phx::irq::gic_v2
