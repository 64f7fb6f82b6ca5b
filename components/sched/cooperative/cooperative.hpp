// The smallest scheduler: whoever runs goes on until it waits or yields.
#pragma once

#include <base/types.hpp>
#include <sched/interfaces/scheduler.hpp>
#include <sched/run_list/fifo_queues.hpp>

namespace phx::sched {

// Provides Scheduler. Attributes play no part.
class Cooperative : public FifoQueues<RunLink> {
public:
    static constexpr bool preemptive = false;

    constexpr Cooperative() = default;

    Schedulable* pick(unsigned cpu, Nanoseconds) {
        RunLink* const first = queues_.of(cpu).ready.pop_front();
        return first != nullptr ? &Schedulable::of(*first) : nullptr;
    }

    // Preempted: by a scheduler above this one. It goes on when that has no more to run.
    void put(unsigned cpu, Schedulable& thread, Put why, Nanoseconds) {
        Queue& queue = queues_.of(cpu);
        auto& state = thread.state<RunLink>();
        if (why == Put::blocked) {
            queue.count.subtract(1);
        } else if (why == Put::preempted) {
            queue.ready.push_front(state);
        } else {
            queue.ready.push_back(state);
        }
    }

    static Nanoseconds next_event(unsigned, Schedulable&, Nanoseconds) { return never; }
    static bool tick(unsigned, Schedulable&, Nanoseconds) { return false; }
};

}  // namespace phx::sched
