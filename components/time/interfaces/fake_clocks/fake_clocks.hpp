// Clocks that stand still until a test moves them.
#pragma once

#include <time/interfaces/clocks.hpp>

namespace phx::time {

class FakeClocks {
public:
    constexpr FakeClocks() = default;

    [[nodiscard]] Nanoseconds monotonic() const { return monotonic_; }
    [[nodiscard]] Nanoseconds boottime() const { return monotonic_; }
    [[nodiscard]] Nanoseconds realtime() const { return monotonic_ + Nanoseconds{page_.realtime_offset}; }
    Result<void> set_realtime(Nanoseconds time) {
        if (time < monotonic_) {
            return Errno::inval;
        }
        page_.realtime_offset = (time - monotonic_).count();
        return {};
    }
    [[nodiscard]] const ClockPage& page() const { return page_; }

    void reset() {
        monotonic_ = {};
        page_.realtime_offset = 0;
    }
    void advance(Nanoseconds by) { monotonic_ = monotonic_ + by; }

private:
    Nanoseconds monotonic_;
    ClockPage page_;
};

}  // namespace phx::time
