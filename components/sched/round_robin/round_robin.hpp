// Turns of one length for all. Everything is inline: a switch between two threads is a few dozen instructions, of which a call would be many.
#pragma once

#include <base/types.hpp>
#include <params/round_robin.hpp>
#include <sched/interfaces/scheduler.hpp>
#include <sched/run_list/fifo_queues.hpp>

namespace phx::sched {

struct Turn : RunLink {
    Nanoseconds left = params::round_robin::slice;
};
struct TurnEnd {
    Nanoseconds turn_end;  // of the thread that runs
};

// Provides Scheduler. Attributes play no part.
class RoundRobin : public FifoQueues<Turn, TurnEnd> {
public:
    static constexpr bool preemptive = true;
    static constexpr Nanoseconds slice = params::round_robin::slice;

    constexpr RoundRobin() = default;

    Schedulable* pick(unsigned cpu, Nanoseconds now) {
        Queue& queue = queues_.of(cpu);
        Turn* const first = queue.ready.pop_front();
        if (first == nullptr) {
            return nullptr;
        }
        queue.turn_end = now + first->left;
        return &Schedulable::of(*first);
    }

    // Who is interrupted within its turn, as by a real-time thread, goes on with what is left of it.
    void put(unsigned cpu, Schedulable& thread, Put why, Nanoseconds now) {
        Queue& queue = queues_.of(cpu);
        Turn& turn = thread.state<Turn>();
        if (why == Put::preempted && now < queue.turn_end) {
            turn.left = queue.turn_end - now;
            queue.ready.push_front(turn);
            return;
        }
        turn.left = slice;
        if (why == Put::blocked) {
            queue.count.subtract(1);
        } else {
            queue.ready.push_back(turn);
        }
    }

    Nanoseconds next_event(unsigned cpu, Schedulable&, Nanoseconds) {
        const Queue& queue = queues_.of(cpu);
        return queue.ready.empty() ? never : queue.turn_end;
    }

    bool tick(unsigned cpu, Schedulable&, Nanoseconds now) {
        const Queue& queue = queues_.of(cpu);
        return now >= queue.turn_end && !queue.ready.empty();
    }
};

}  // namespace phx::sched
