// The counter behind Clock, for those who read it themselves: user space, through the clock page.
#pragma once

#include <concepts>
#include <cstdint>

namespace phx::time {

enum class CounterSource : std::uint32_t {
    none = 0,      // there is none that others could read
    virtual_ = 1,  // CNTVCT_EL0
    physical = 2,  // CNTPCT_EL0 (Arm ARM DDI 0487, D12.1.2)
};

// Nanoseconds are (count * multiplier) >> shift; the product has 128 bits.
struct CounterRate {
    CounterSource source = CounterSource::none;
    std::uint32_t shift = 0;
    std::uint64_t multiplier = 0;
};

// rate(): constant after the provider's init; what it gives for the counter's value is what the same provider's Clock says.
template <class T>
concept TimeCounter = requires(const T& counter) {
    { counter.rate() } -> std::same_as<CounterRate>;
};

}  // namespace phx::time
