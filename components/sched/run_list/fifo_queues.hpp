// A queue of equals for each CPU, first come first served: what schedulers without weights have in common.
#pragma once

#include <cstdint>

#include <sched/interfaces/scheduler.hpp>
#include <sched/run_list/published.hpp>
#include <sched/run_list/run_list.hpp>
#include <sync/per_cpu.hpp>

namespace phx::sched {

struct NoMore {};

// To derive from. `State` derives from RunLink; `More` is what the scheduler keeps for each CPU besides.
template <class State, class More = NoMore>
class FifoQueues {
public:
    static constexpr bool ignores_wake_time = true;

    static void attach(Schedulable& thread, Nanoseconds) { thread.make_state<State>(); }

    void enqueue(unsigned cpu, Schedulable& thread, Enqueue, Nanoseconds) {
        Queue& queue = queues_.of(cpu);
        queue.ready.push_back(thread.state<State>());
        queue.count.add(1);
    }
    void dequeue(unsigned cpu, Schedulable& thread, Nanoseconds) {
        Queue& queue = queues_.of(cpu);
        queue.ready.remove(thread.state<State>());
        queue.count.subtract(1);
    }

    static bool preempts(unsigned, Schedulable&, Schedulable&, Nanoseconds) { return false; }

    std::uint64_t load(unsigned cpu) const { return std::uint64_t{count(cpu)} * 1024; }
    std::uint32_t count(unsigned cpu) const { return queues_.of(cpu).count.get(); }
    bool runnable(unsigned cpu) const { return !queues_.of(cpu).ready.empty(); }

    // The one that has waited longest: there is least of it left in the CPU's caches.
    Schedulable* candidate(unsigned cpu, unsigned to) {
        auto& ready = queues_.of(cpu).ready;
        for (State* state = ready.first(); state != nullptr; state = ready.next(*state)) {
            Schedulable& thread = Schedulable::of(*state);
            if ((thread.affinity >> to & 1) != 0) {
                return &thread;
            }
        }
        return nullptr;
    }

protected:
    struct Queue : More {
        RunList<State> ready;
        Published<std::uint32_t> count;
    };

    PerCpu<Queue> queues_;
};

}  // namespace phx::sched
