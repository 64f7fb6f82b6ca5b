#include <time/timer_queue/timer_queue.hpp>

#include <ports/timer_queue.hpp>

namespace phx::time {

void TimerQueue::arm(Timer& timer, Nanoseconds deadline) {
    const InterruptGuard guard;
    const bool was_first = armed_.first() == &timer;
    if (timer.is_armed()) {
        armed_.remove(timer);
    }
    timer.set_deadline(deadline);
    armed_.insert(timer);
    if (was_first || armed_.first() == &timer) {
        set_event();
    }
}

bool TimerQueue::cancel(Timer& timer) {
    const InterruptGuard guard;
    if (!timer.is_armed()) {
        return false;
    }
    const bool was_first = armed_.first() == &timer;
    armed_.remove(timer);
    if (was_first) {
        set_event();
    }
    return true;
}

std::size_t TimerQueue::pending() {
    const InterruptGuard guard;
    return armed_.size();
}

std::uint64_t TimerQueue::expired() {
    const InterruptGuard guard;
    return expired_;
}

std::span<TimerInfo> TimerQueue::list(std::span<TimerInfo> out) {
    const InterruptGuard guard;
    std::size_t used = 0;
    for (Timer* timer = armed_.first(); timer != nullptr && used < out.size(); timer = TimerTree::next(*timer)) {
        out[used++] = {timer->name(), timer->deadline()};
    }
    return out.first(used);
}

// Each round starts from the tree, as on_expired may arm and cancel any timer. No more rounds than there were timers:
// one that arms itself again for a time that has passed would otherwise keep us here for ever; it gets the next
// interrupt, which comes at once, but lets other lines in before.
void TimerQueue::on_timer(Nanoseconds now) {
    const InterruptGuard guard;
    expiring_ = true;
    for (std::size_t rounds = armed_.size(); rounds > 0; --rounds) {
        Timer* const timer = armed_.first();
        if (timer == nullptr || timer->deadline() > now) {
            break;
        }
        armed_.remove(*timer);
        ++expired_;
        timer->on_expired(now);
    }
    expiring_ = false;
    set_event();
}

// While timers expire the comparator waits: it is set once, when all is done.
void TimerQueue::set_event() {
    if (expiring_) {
        return;
    }
    auto& events = ports::timer_queue::events();
    if (const Timer* const first = armed_.first()) {
        events.arm(first->deadline());
    } else {
        events.disarm();
    }
}

}  // namespace phx::time
