// The PL011's registers and fields (Arm DDI 0183G, table 3-1 and section 3.3).
#pragma once

#include <base/registers.hpp>

namespace phx::console::pl011 {

struct Dr : Register<0x000> {
    using Data = Field<Dr, 0, 8>;
    using FramingError = Field<Dr, 8>;
    using ParityError = Field<Dr, 9>;
    using Break = Field<Dr, 10>;
    using Overrun = Field<Dr, 11>;
};
struct Fr : Register<0x018, std::uint32_t, Access::read> {
    using Busy = Field<Fr, 3>;
    using ReceiveEmpty = Field<Fr, 4>;
    using TransmitFull = Field<Fr, 5>;
    using TransmitEmpty = Field<Fr, 7>;
};
struct Ibrd : Register<0x024> {};
struct Fbrd : Register<0x028> {};
struct LcrH : Register<0x02c> {
    using FifoEnable = Field<LcrH, 4>;
    using WordLength = Field<LcrH, 5, 2>;  // 3: eight bits
};
struct Cr : Register<0x030> {
    using Enable = Field<Cr, 0>;
    using TransmitEnable = Field<Cr, 8>;
    using ReceiveEnable = Field<Cr, 9>;
};
// Fill levels that raise an interrupt: 0 is 1/8, 2 is 1/2.
struct Ifls : Register<0x034> {
    using Transmit = Field<Ifls, 0, 3>;
    using Receive = Field<Ifls, 3, 3>;
};
struct Imsc : Register<0x038> {
    using Receive = Field<Imsc, 4>;
    using Transmit = Field<Imsc, 5>;
    using ReceiveTimeout = Field<Imsc, 6>;
};
struct Mis : Register<0x040, std::uint32_t, Access::read> {
    using Receive = Field<Mis, 4>;
    using Transmit = Field<Mis, 5>;
    using ReceiveTimeout = Field<Mis, 6>;
};
struct Icr : Register<0x044, std::uint32_t, Access::write> {
    static constexpr std::uint32_t all = 0x7ff;
};
struct PeriphId : Register<0xfe0, std::uint32_t, Access::read> {};  // four, a byte in each

// What PeriphID0 to 2 hold together without the revision: part 0x011, designer 0x41 (section 3.3.15).
inline constexpr std::uint32_t k_identity = 0x41011;
inline constexpr std::uint32_t k_identity_mask = 0xfffff;

}  // namespace phx::console::pl011
