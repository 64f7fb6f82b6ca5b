// Loads that every CPU puts on the core at once, and the sums that must come out.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::debug {

// Provides Application. One line a load, `torture NAME: COUNT ok` or what is wrong, and the exit status 0 or 1.
class Torture {
public:
    constexpr Torture() = default;

    int run();
};

namespace torture {

// One kind of load: `work` runs in several threads until `stopped()`, `check` afterwards, alone.
struct Load {
    std::string_view name;
    void (*work)(unsigned worker);
    bool (*check)();
    std::atomic<std::uint64_t>& rounds;
};

[[nodiscard]] bool stopped();

// A small generator of random numbers, one a thread (Marsaglia, "Xorshift RNGs", 2003).
class Random {
public:
    constexpr explicit Random(std::uint64_t seed) : state_{seed * 0x9e3779b97f4a7c15 + 1} {}
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_ % limit;
    }

private:
    std::uint64_t state_;
};

[[nodiscard]] std::span<const Load> loads();

}  // namespace torture
}  // namespace phx::debug
