// An event timer that remembers what it was armed for.
#pragma once

#include <cstdint>
#include <optional>

#include <time/interfaces/event_timer.hpp>

namespace phx::time {

class FakeEventTimer {
public:
    constexpr FakeEventTimer() = default;

    void arm(Nanoseconds deadline) {
        armed_ = deadline;
        ++changes_;
    }
    void disarm() {
        armed_.reset();
        ++changes_;
    }

    void reset() {
        armed_.reset();
        changes_ = 0;
    }
    [[nodiscard]] std::optional<Nanoseconds> armed() const { return armed_; }
    // Whether it fires at `now`, which disarms it; the test then calls the listener.
    [[nodiscard]] bool fire(Nanoseconds now) {
        if (!armed_ || *armed_ > now) {
            return false;
        }
        armed_.reset();
        return true;
    }
    // Calls of arm and disarm.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

private:
    std::optional<Nanoseconds> armed_;
    std::uint64_t changes_ = 0;
};

}  // namespace phx::time
