// The GICv3's memory-mapped registers that GICv2 has not (Arm IHI 0069G, 12.8 distributor, 12.10 and 12.11 redistributor). Element 0 of the
// distributor's arrays is not used with affinity routing.
#pragma once

#include <base/registers.hpp>

namespace phx::irq::gic_v3 {

inline constexpr std::size_t k_frame_size = 0x10000;

struct GicdCtlr : Register<0x0000> {
    using EnableGroup1 = Field<GicdCtlr, 1>;  // the same bit in the non-secure and the single-state view
    using AffinityRouting = Field<GicdCtlr, 4>;
    using WritePending = Field<GicdCtlr, 31>;
};
struct GicdIrouter : Register<0x6000, std::uint64_t> {};
struct GicdPidr2 : Register<0xffe8, std::uint32_t, Access::read> {
    using Architecture = Field<GicdPidr2, 4, 4>;
};

struct GicrCtlr : Register<0x0000> {
    using WritePending = Field<GicrCtlr, 3>;
};
struct GicrTyper : Register<0x0008, std::uint64_t, Access::read> {
    using VirtualLpis = Field<GicrTyper, 1>;  // GICv4: two more frames follow
    using Last = Field<GicrTyper, 4>;
    using Affinity = Field<GicrTyper, 32, 32>;
};
struct GicrWaker : Register<0x0014> {
    using ProcessorSleep = Field<GicrWaker, 1>;
    using ChildrenAsleep = Field<GicrWaker, 2>;
};
// In the redistributor's second frame, which is laid out as the distributor: the CPU's own lines, 0 to 31.
struct GicrIgroupr0 : Register<0x0080> {};
struct GicrIsenabler0 : Register<0x0100> {};
struct GicrIcenabler0 : Register<0x0180> {};
struct GicrIpriorityr : Register<0x0400, std::uint8_t> {};

}  // namespace phx::irq::gic_v3
