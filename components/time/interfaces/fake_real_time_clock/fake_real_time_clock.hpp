// A real-time clock that stands still until a test moves it.
#pragma once

#include <optional>

#include <time/interfaces/real_time_clock.hpp>

namespace phx::time {

class FakeRealTimeClock {
public:
    constexpr FakeRealTimeClock() = default;

    [[nodiscard]] Result<Nanoseconds> read() const {
        if (error_) {
            return *error_;
        }
        return Nanoseconds{seconds_ * k_second};
    }
    Result<void> set(Nanoseconds time) {
        if (time < Nanoseconds{0}) {
            return Errno::range;
        }
        seconds_ = time.count() / k_second;
        error_.reset();
        return {};
    }

    void reset() {
        seconds_ = 0;
        error_ = Errno::nodata;
    }
    void advance(std::int64_t seconds) { seconds_ += seconds; }
    void refuse_read(Errno error) { error_ = error; }

private:
    static constexpr std::int64_t k_second = 1'000'000'000;

    std::int64_t seconds_ = 0;
    std::optional<Errno> error_ = Errno::nodata;
};

}  // namespace phx::time
