// Counter ticks to nanoseconds and back by one multiplication each.
#pragma once

#include <cstdint>
#include <limits>

namespace phx::time {

// Both factors have 32 binary places. For a frequency below 2^32 Hz, which is all that CNTFRQ_EL0 can say, the first is
// at least 10^9, so it is off by less than 10^-9 of itself: a microsecond in a quarter of an hour. The second is off by
// less than 10^-6 from 250 kHz on; the architecture asks for more than 1 MHz (Arm ARM DDI 0487, D12.1.1).
struct TickScale {
    static constexpr std::uint32_t shift = 32;

    std::uint64_t ns_per_tick = 0;
    std::uint64_t ticks_per_ns = 0;

    // `hertz` is not 0.
    [[nodiscard]] static constexpr TickScale of(std::uint32_t hertz) {
        const std::uint64_t ns_per_tick = (std::uint64_t{1'000'000'000} << shift) / hertz;
        return {ns_per_tick, std::numeric_limits<std::uint64_t>::max() / ns_per_tick + 1};
    }

    [[nodiscard]] constexpr std::uint64_t to_nanoseconds(std::uint64_t ticks) const {
        return static_cast<std::uint64_t>((Wide{ticks} * ns_per_tick) >> shift);
    }
    // At least as long as `nanoseconds`: to_nanoseconds of the result never falls short. The largest count if it would
    // not fit.
    [[nodiscard]] constexpr std::uint64_t to_ticks(std::uint64_t nanoseconds) const {
        const Wide ticks = ((Wide{nanoseconds} * ticks_per_ns) >> shift) + 1;
        return ticks > std::numeric_limits<std::uint64_t>::max() ? std::numeric_limits<std::uint64_t>::max()
                                                                 : static_cast<std::uint64_t>(ticks);
    }

private:
    using Wide = unsigned __int128;
};

}  // namespace phx::time
