// Any number of timers on one comparator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <base/interrupt_guard.hpp>
#include <base/types.hpp>
#include <time/interfaces/timers.hpp>
#include <time/timer_queue/timer_tree.hpp>

namespace phx::time {

// Provides Timers and TimerListener.
class TimerQueue {
public:
    constexpr TimerQueue() = default;

    void arm(Timer& timer, Nanoseconds deadline);
    bool cancel(Timer& timer);
    std::size_t pending();
    std::uint64_t expired();
    std::span<TimerInfo> list(std::span<TimerInfo> out);

    // Interrupt context.
    void on_timer(Nanoseconds now);

private:
    [[clang::requires_capability(interrupts_off)]] void set_event();

    TimerTree armed_ __attribute__((guarded_by(interrupts_off)));
    std::uint64_t expired_ __attribute__((guarded_by(interrupts_off))) = 0;
    bool expiring_ __attribute__((guarded_by(interrupts_off))) = false;
};

}  // namespace phx::time
