// A timer listener that remembers when it was called.
#pragma once

#include <vector>

#include <time/interfaces/timer_listener.hpp>

namespace phx::time {

class FakeTimerListener {
public:
    constexpr FakeTimerListener() = default;

    void on_timer(Nanoseconds now) { calls_.push_back(now); }

    void reset() { calls_.clear(); }
    [[nodiscard]] const std::vector<Nanoseconds>& calls() const { return calls_; }

private:
    std::vector<Nanoseconds> calls_;
};

}  // namespace phx::time
