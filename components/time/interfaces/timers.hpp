// Any number of one-shot timers.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::time {

class Timer;

// For the provider of Timers alone: where it keeps an armed timer. Room for a node of a binary tree; a list uses two of
// the links. All but `home` is guarded by what guards that home; `armed` may be looked at without.
struct TimerLinks {
    Timer* parent = nullptr;
    Timer* left = nullptr;
    Timer* right = nullptr;
    std::uint32_t rank = 0;
    std::atomic<std::uint16_t> home = 0;  // the CPU whose timers this one is among, or was when it was last armed
    std::atomic<bool> armed = false;

    void set_armed(bool to) { armed.store(to, std::memory_order_relaxed); }
    [[nodiscard]] bool is_armed() const { return armed.load(std::memory_order_relaxed); }
};

// One timer, owned by whoever embeds it. Before it dies it is cancelled with cancel_sync; cancel will do where on_expired
// cannot be running: on one CPU outside of it, or when it is known to have come and gone. Derive and say what happens.
class Timer {
public:
    // `name` outlives the timer; it is what listings show.
    constexpr explicit Timer(std::string_view name) : name_{name} {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    // Interrupt context, interrupts masked; the timer is no longer armed and may be armed again. On one CPU at a time.
    virtual void on_expired(Nanoseconds now) = 0;

    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] Nanoseconds deadline() const { return Nanoseconds{deadline_.load(std::memory_order_relaxed)}; }
    // A hint, unless nobody else arms or cancels it.
    [[nodiscard]] bool is_armed() const { return links_.is_armed(); }

    // For the provider of Timers alone.
    void set_deadline(Nanoseconds deadline) { deadline_.store(deadline.count(), std::memory_order_relaxed); }
    [[nodiscard]] TimerLinks& links() { return links_; }
    [[nodiscard]] const TimerLinks& links() const { return links_; }

protected:
    ~Timer() = default;

private:
    std::string_view name_;
    std::atomic<std::int64_t> deadline_ = 0;
    TimerLinks links_;
};

struct TimerInfo {
    std::string_view name;
    Nanoseconds deadline;
    unsigned cpu;  // that it will interrupt
};

// Any context, for any timer, from several CPUs at a time.
//   arm(timer, deadline)  it will expire on this CPU, but stays on the one where its on_expired is running; moves it if
//                         it is armed already; a deadline that has passed expires at once, from interrupt context; equal
//                         deadlines on one CPU expire in the order of arming
//   cancel(timer)         true if it was armed: then on_expired will not run for it. Does not wait: false may also mean
//                         that on_expired is running just now on another CPU
//   cancel_sync(timer)    the same, and on_expired is not running when it returns. Not from that on_expired itself, nor
//                         while holding what that on_expired waits for: it spins until that has returned, with
//                         interrupts as the caller has them
//   pending()             how many are armed
//   expired()             how many have expired since boot
//   list(out)             the armed ones, earliest first, as many as fit; returns the part filled. One that moves to
//                         another CPU meanwhile may be missing or there twice
template <class T>
concept Timers = requires(T& timers, Timer& timer, Nanoseconds deadline, std::span<TimerInfo> out) {
    { timers.arm(timer, deadline) } -> std::same_as<void>;
    { timers.cancel(timer) } -> std::same_as<bool>;
    { timers.cancel_sync(timer) } -> std::same_as<bool>;
    { timers.pending() } -> std::same_as<std::size_t>;
    { timers.expired() } -> std::same_as<std::uint64_t>;
    { timers.list(out) } -> std::same_as<std::span<TimerInfo>>;
};

}  // namespace phx::time
