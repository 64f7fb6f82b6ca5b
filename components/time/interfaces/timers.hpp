// Any number of one-shot timers.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::time {

class Timer;

// For the provider of Timers alone: where it keeps an armed timer. Room for a node of a binary tree; a list uses two of
// the links.
struct TimerLinks {
    Timer* parent = nullptr;
    Timer* left = nullptr;
    Timer* right = nullptr;
    std::uint32_t rank = 0;
    bool armed = false;
};

// One timer, owned by whoever embeds it; it must be cancelled before it dies. Derive and say what happens.
class Timer {
public:
    // `name` outlives the timer; it is what listings show.
    constexpr explicit Timer(std::string_view name) : name_{name} {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    // Interrupt context, interrupts masked; the timer is no longer armed and may be armed again.
    virtual void on_expired(Nanoseconds now) = 0;

    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] Nanoseconds deadline() const { return deadline_; }
    [[nodiscard]] bool is_armed() const { return links_.armed; }

    // For the provider of Timers alone.
    void set_deadline(Nanoseconds deadline) { deadline_ = deadline; }
    [[nodiscard]] TimerLinks& links() { return links_; }

protected:
    ~Timer() = default;

private:
    std::string_view name_;
    Nanoseconds deadline_;
    TimerLinks links_;
};

struct TimerInfo {
    std::string_view name;
    Nanoseconds deadline;
};

// Any context.
//   arm(timer, deadline)  moves it if it is armed already; a deadline that has passed expires at once, from interrupt
//                         context; equal deadlines expire in the order of arming
//   cancel(timer)         true if it was armed: then on_expired will not run for it
//   pending()             how many are armed
//   expired()             how many have expired since boot
//   list(out)             the armed ones, earliest first, as many as fit; returns the part filled
template <class T>
concept Timers = requires(T& timers, Timer& timer, Nanoseconds deadline, std::span<TimerInfo> out) {
    { timers.arm(timer, deadline) } -> std::same_as<void>;
    { timers.cancel(timer) } -> std::same_as<bool>;
    { timers.pending() } -> std::same_as<std::size_t>;
    { timers.expired() } -> std::same_as<std::uint64_t>;
    { timers.list(out) } -> std::same_as<std::span<TimerInfo>>;
};

}  // namespace phx::time
