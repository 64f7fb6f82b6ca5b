// The GICv2's registers that GICv3 has not (Arm IHI 0048B.b, 4.3 distributor, 4.4 CPU interface).
#pragma once

#include <base/registers.hpp>

namespace phx::irq::gic_v2 {

struct GicdCtlr : Register<0x000> {
    using Enable = Field<GicdCtlr, 0>;  // group 1 in the non-secure view, else group 0, where all lines are then
};
struct GicdItargetsr : Register<0x800, std::uint8_t> {};
struct GicdSgir : Register<0xf00, std::uint32_t, Access::write> {
    using Line = Field<GicdSgir, 0, 4>;
    using Targets = Field<GicdSgir, 16, 8>;
    using Filter = Field<GicdSgir, 24, 2>;  // 0: to Targets, 2: to the writer
};
struct GicdIcpidr2 : Register<0xfe8, std::uint32_t, Access::read> {
    using Architecture = Field<GicdIcpidr2, 4, 4>;
};

struct GiccCtlr : Register<0x000> {
    using Enable = Field<GiccCtlr, 0>;  // as GicdCtlr::Enable; EOImode stays 0: an end also deactivates
};
struct GiccPmr : Register<0x004> {};
struct GiccIar : Register<0x00c, std::uint32_t, Access::read> {
    using Id = Field<GiccIar, 0, 10>;  // above it, of a software interrupt, who sent it
};
struct GiccEoir : Register<0x010, std::uint32_t, Access::write> {};

}  // namespace phx::irq::gic_v2
