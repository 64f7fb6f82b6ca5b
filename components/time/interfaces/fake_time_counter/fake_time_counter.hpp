// A counter of whatever rate a test says; ticks of 16 ns if it says nothing.
#pragma once

#include <time/interfaces/time_counter.hpp>

namespace phx::time {

class FakeTimeCounter {
public:
    constexpr FakeTimeCounter() = default;

    [[nodiscard]] CounterRate rate() const { return rate_; }

    void reset() { rate_ = k_default; }
    void set(CounterRate rate) { rate_ = rate; }

private:
    static constexpr CounterRate k_default{CounterSource::virtual_, 32, std::uint64_t{16} << 32};

    CounterRate rate_ = k_default;
};

}  // namespace phx::time
