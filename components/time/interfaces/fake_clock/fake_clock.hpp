// A clock that stands still until a test moves it.
#pragma once

#include <time/interfaces/clock.hpp>

namespace phx::time {

class FakeClock {
public:
    constexpr FakeClock() = default;

    [[nodiscard]] Nanoseconds now() const { return now_; }
    [[nodiscard]] Nanoseconds resolution() const { return Nanoseconds{1}; }

    void reset() { now_ = {}; }
    void set(Nanoseconds now) { now_ = now; }
    void advance(Nanoseconds by) { now_ = now_ + by; }

private:
    Nanoseconds now_;
};

}  // namespace phx::time
