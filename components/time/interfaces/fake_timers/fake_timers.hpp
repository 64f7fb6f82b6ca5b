// Timers that expire when a test says what time it is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <time/interfaces/timers.hpp>

namespace phx::time {

class FakeTimers {
public:
    constexpr FakeTimers() = default;

    void arm(Timer& timer, Nanoseconds deadline) {
        cancel(timer);
        timer.set_deadline(deadline);
        timer.links().set_armed(true);
        const auto later =
            std::ranges::find_if(armed_, [&](const Timer* other) { return other->deadline() > deadline; });
        armed_.insert(later, &timer);
    }
    bool cancel(Timer& timer) {
        timer.links().set_armed(false);
        return std::erase(armed_, &timer) != 0;
    }
    // Timers expire on the thread that calls set_now: there is nobody to wait for.
    bool cancel_sync(Timer& timer) { return cancel(timer); }
    std::size_t pending() { return armed_.size(); }
    std::uint64_t expired() { return expired_; }
    std::span<TimerInfo> list(std::span<TimerInfo> out) {
        const std::size_t count = std::min(out.size(), armed_.size());
        for (std::size_t i = 0; i < count; ++i) {
            out[i] = {armed_[i]->name(), armed_[i]->deadline(), 0};
        }
        return out.first(count);
    }

    // Cancels all.
    void reset() {
        while (!armed_.empty()) {
            cancel(*armed_.back());
        }
        expired_ = 0;
    }
    // Lets all expire that are due, at most once each.
    void set_now(Nanoseconds now) {
        for (std::size_t rounds = armed_.size(); rounds > 0 && !armed_.empty(); --rounds) {
            Timer& timer = *armed_.front();
            if (timer.deadline() > now) {
                return;
            }
            cancel(timer);
            ++expired_;
            timer.on_expired(now);
        }
    }

private:
    std::vector<Timer*> armed_;
    std::uint64_t expired_ = 0;
};

}  // namespace phx::time
