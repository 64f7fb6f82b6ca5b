// Any number of timers on each CPU's comparator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <base/interrupt_guard.hpp>
#include <base/types.hpp>
#include <locks/timer_queue.hpp>
#include <sync/per_cpu.hpp>
#include <sync/spinlock.hpp>
#include <time/interfaces/timers.hpp>
#include <time/timer_queue/timer_tree.hpp>

namespace phx::time {

// Provides Timers and TimerListener.
class TimerQueue {
public:
    constexpr TimerQueue() = default;

    void arm(Timer& timer, Nanoseconds deadline);
    bool cancel(Timer& timer);
    bool cancel_sync(Timer& timer);
    std::size_t pending();
    std::uint64_t expired();
    std::span<TimerInfo> list(std::span<TimerInfo> out);

    // Interrupt context.
    void on_timer(Nanoseconds now);

private:
    static constexpr Nanoseconds k_never{std::numeric_limits<std::int64_t>::max()};
    static constexpr Nanoseconds k_expiring{std::numeric_limits<std::int64_t>::min()};

    // One CPU's timers. TimerLinks::home of a timer names the queue that it is in, or was in last, and whose lock guards
    // it; it changes under that lock alone.
    struct Queue {
        SpinLock lock{locks::timer_queue::queue};
        TimerTree armed __attribute__((guarded_by(lock)));
        // Whose on_expired runs, or has just returned; null outside of on_timer. Perhaps dead, only ever compared.
        const Timer* running __attribute__((guarded_by(lock))) = nullptr;
        std::uint64_t expired __attribute__((guarded_by(lock))) = 0;
        // What the comparator stands at: never later than the first deadline, earlier after a cancel. This CPU's affair
        // alone, with interrupts masked. k_expiring while timers expire: the comparator is set once all is done.
        Nanoseconds event __attribute__((guarded_by(interrupts_off))) = k_never;

        bool disarm(Timer& timer) __attribute__((requires_capability(lock)));
        Timer* take_due(Nanoseconds now) __attribute__((requires_capability(lock)));
        std::size_t merge(std::span<TimerInfo> out, std::size_t used, unsigned cpu) __attribute__((requires_capability(lock)));
    };

    [[nodiscard]] Queue& home(const Timer& timer);
    [[nodiscard]] bool is_home(const Queue& queue, const Timer& timer) const;
    [[clang::requires_capability(interrupts_off)]] Queue& insert(Timer& timer, Nanoseconds deadline, Queue& own);

    PerCpu<Queue> queues_;
};

}  // namespace phx::time
