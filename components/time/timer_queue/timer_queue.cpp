#include <time/timer_queue/timer_queue.hpp>

#include <arch/cpu.hpp>
#include <base/panic.hpp>
#include <debug/trace/trace.hpp>
#include <ports/timer_queue.hpp>

namespace phx::time {
namespace {

constexpr bool k_one_cpu = types::CpuModel::max_cpus == 1;

constexpr trace::Event k_expiry{"timer_expiry", {"late_ns", "$timer", "$timer"}};

// TimerLinks::home of a timer that has left one queue and not yet reached the next.
constexpr std::uint16_t k_moving = 0xffff;
static_assert(types::CpuModel::max_cpus < k_moving);

}  // namespace

// The comparator is moved to earlier only; after a cancel it fires early, once, and is then set to the first that is
// left. A timeout that is armed and cancelled over and over thus costs no access to the comparator.
void TimerQueue::arm(Timer& timer, Nanoseconds deadline) {
    const InterruptGuard guard;
    Queue& own = queues_.local();
    if (&insert(timer, deadline, own) == &own && deadline < own.event) {
        own.event = deadline;
        ports::timer_queue::events().arm(deadline);
    }
}

// Into `own`, but for one whose on_expired runs on another CPU: that would run here a second time meanwhile. The other
// CPU has yet to end its on_timer and to set its comparator. Never two queues' locks at a time: a timer between queues is
// in none, and whoever wants it waits for it to arrive, which takes as long as a lock does.
TimerQueue::Queue& TimerQueue::insert(Timer& timer, Nanoseconds deadline, Queue& own) {
    for (;;) {
        Queue& queue = home(timer);
        queue.lock.lock();
        if (!is_home(queue, timer)) {
            queue.lock.unlock();
            continue;
        }
        queue.disarm(timer);
        if (k_one_cpu || &queue == &own || queue.running == &timer) {
            queue.armed.insert(timer, deadline);
            queue.lock.unlock();
            return queue;
        }
        timer.links().home.store(k_moving, std::memory_order_relaxed);
        queue.lock.unlock();
        own.lock.lock();
        timer.links().home.store(static_cast<std::uint16_t>(this_cpu()), std::memory_order_relaxed);
        own.armed.insert(timer, deadline);
        own.lock.unlock();
        return own;
    }
}

bool TimerQueue::cancel(Timer& timer) {
    for (;;) {
        Queue& queue = home(timer);
        const SpinGuard guard{queue.lock};
        if (is_home(queue, timer)) {
            return queue.disarm(timer);
        }
    }
}

// Disarmed in each round: on_expired may have armed it again.
bool TimerQueue::cancel_sync(Timer& timer) {
    for (bool was_armed = false;; arch::relax()) {
        Queue& queue = home(timer);
        const SpinGuard guard{queue.lock};
        if (!is_home(queue, timer)) {
            continue;
        }
        was_armed |= queue.disarm(timer);
        if (k_one_cpu || queue.running != &timer) {
            return was_armed;
        }
        ASSERT(&queue != &queues_.local());
    }
}

std::size_t TimerQueue::pending() {
    std::size_t sum = 0;
    for (unsigned cpu = 0; cpu < queues_.count; ++cpu) {
        Queue& queue = queues_.of(cpu);
        const SpinGuard guard{queue.lock};
        sum += queue.armed.size();
    }
    return sum;
}

std::uint64_t TimerQueue::expired() {
    std::uint64_t sum = 0;
    for (unsigned cpu = 0; cpu < queues_.count; ++cpu) {
        Queue& queue = queues_.of(cpu);
        const SpinGuard guard{queue.lock};
        sum += queue.expired;
    }
    return sum;
}

std::span<TimerInfo> TimerQueue::list(std::span<TimerInfo> out) {
    std::size_t used = 0;
    for (unsigned cpu = 0; cpu < queues_.count; ++cpu) {
        Queue& queue = queues_.of(cpu);
        const SpinGuard guard{queue.lock};
        used = queue.merge(out, used, cpu);
    }
    return out.first(used);
}

// Each round starts from the tree, as on_expired may arm and cancel any timer. No more rounds than there were timers:
// one that arms itself again for a time that has passed would otherwise keep us here for ever; it gets the next
// interrupt, which comes at once, but lets other lines in before.
void TimerQueue::on_timer(Nanoseconds now) {
    const InterruptGuard guard;
    Queue& queue = queues_.local();
    queue.event = k_expiring;
    queue.lock.lock();
    for (std::size_t rounds = queue.armed.size(); rounds > 0; --rounds) {
        Timer* const timer = queue.take_due(now);
        if (timer == nullptr) {
            break;
        }
        queue.lock.unlock();
        if (trace::is_on()) [[unlikely]] {
            trace::point(k_expiry, static_cast<std::uint64_t>((now - timer->deadline()).count()), trace::text(timer->name(), 0),
                         trace::text(timer->name(), 1));
        }
        timer->on_expired(now);
        queue.lock.lock();
    }
    queue.running = nullptr;
    const Timer* const first = queue.armed.first();
    queue.event = first != nullptr ? first->deadline() : k_never;
    queue.lock.unlock();
    if (queue.event != k_never) {
        ports::timer_queue::events().arm(queue.event);
    }
}

TimerQueue::Queue& TimerQueue::home(const Timer& timer) {
    if constexpr (k_one_cpu) {
        return queues_.of(0);
    }
    std::uint16_t cpu;
    while ((cpu = timer.links().home.load(std::memory_order_relaxed)) == k_moving) {
        arch::relax();
    }
    return queues_.of(cpu);
}

// Under the queue's lock, and true as long as it is held. Relaxed will do: `home` was set under the lock that we now
// hold, or else is not this queue.
bool TimerQueue::is_home(const Queue& queue, const Timer& timer) const {
    if constexpr (k_one_cpu) {
        return true;
    }
    const std::uint16_t cpu = timer.links().home.load(std::memory_order_relaxed);
    return cpu != k_moving && &queues_.of(cpu) == &queue;
}

bool TimerQueue::Queue::disarm(Timer& timer) {
    if (!timer.is_armed()) {
        return false;
    }
    armed.remove(timer);
    return true;
}

Timer* TimerQueue::Queue::take_due(Nanoseconds now) {
    Timer* const timer = armed.first();
    if (timer == nullptr || timer->deadline() > now) {
        return nullptr;
    }
    armed.remove(*timer);
    running = timer;
    ++expired;
    return timer;
}

// Puts these among the `used` that are there, the later ones falling off the end; how many there are now.
std::size_t TimerQueue::Queue::merge(std::span<TimerInfo> out, std::size_t used, unsigned cpu) {
    for (Timer* timer = armed.first(); timer != nullptr; timer = TimerTree::next(*timer)) {
        const Nanoseconds deadline = timer->deadline();
        if (used == out.size() && (used == 0 || out[used - 1].deadline <= deadline)) {
            break;
        }
        std::size_t at = used < out.size() ? used++ : used - 1;
        for (; at > 0 && out[at - 1].deadline > deadline; --at) {
            out[at] = out[at - 1];
        }
        out[at] = {timer->name(), deadline, cpu};
    }
    return used;
}

}  // namespace phx::time
