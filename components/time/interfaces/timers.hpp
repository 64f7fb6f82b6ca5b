// Any number of one-shot timers.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/intrusive_list.hpp>
#include <base/types.hpp>

namespace phx::time {

// One timer, owned by whoever embeds it; it must be cancelled before it dies. Derive and say what happens.
class Timer : public ListNode {
public:
    // `name` outlives the timer; it is what listings show.
    constexpr explicit Timer(std::string_view name) : name_{name} {}

    // Interrupt context, interrupts masked; the timer is no longer armed and may be armed again.
    virtual void on_expired(Nanoseconds now) = 0;

    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] Nanoseconds deadline() const { return deadline_; }
    [[nodiscard]] bool is_armed() const { return is_linked(); }

    // For the provider of Timers alone.
    void set_deadline(Nanoseconds deadline) { deadline_ = deadline; }

protected:
    ~Timer() = default;

private:
    std::string_view name_;
    Nanoseconds deadline_;
};

struct TimerInfo {
    std::string_view name;
    Nanoseconds deadline;
};

// Any context.
//   arm(timer, deadline)  moves it if it is armed already; a deadline that has passed expires at once, from interrupt context
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
