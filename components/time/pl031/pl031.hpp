// ARM PrimeCell real-time clock PL031 (Arm DDI 0224): a counter of 32 bits that counts seconds since 1970, until 2106.
#pragma once

#include <base/registers.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <params/pl031.hpp>

namespace phx::time {

// Provides RealTimeClock.
class Pl031 {
public:
    constexpr Pl031() = default;

    // Boot. ENODEV, with a line in the log: what is at the address is no PL031.
    Result<void> init();

    // ENODATA: nobody has started it since it lost its power.
    [[nodiscard]] Result<Nanoseconds> read() const;
    Result<void> set(Nanoseconds time);

private:
    Registers io_{params::pl031::registers::rtc};
};

}  // namespace phx::time
