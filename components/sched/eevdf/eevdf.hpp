// Earliest eligible virtual deadline first (Stoica and Abdel-Wahab, "Earliest Eligible Virtual Deadline First: A Flexible and Accurate
// Mechanism for Proportional Share Resource Allocation", Old Dominion University TR-95-22, 1995), much as in Linux since 6.6
// (Documentation/scheduler/sched-eevdf.rst).
#pragma once

#include <cstdint>

#include <base/types.hpp>
#include <params/eevdf.hpp>
#include <sched/eevdf/deadline_tree.hpp>
#include <sched/interfaces/scheduler.hpp>
#include <sched/run_list/published.hpp>
#include <sync/per_cpu.hpp>

namespace phx::sched {

// Provides Scheduler.
class Eevdf {
public:
    static constexpr bool preemptive = true;
    static constexpr Nanoseconds slice = params::eevdf::slice;

    constexpr Eevdf() = default;

    static void attach(Schedulable& thread, Nanoseconds) { thread.make_state<State>(); }
    void enqueue(unsigned cpu, Schedulable& thread, Enqueue why, Nanoseconds now);
    void dequeue(unsigned cpu, Schedulable& thread, Nanoseconds now);
    Schedulable* pick(unsigned cpu, Nanoseconds now);
    void put(unsigned cpu, Schedulable& thread, Put why, Nanoseconds now);
    bool preempts(unsigned cpu, Schedulable& woken, Schedulable& running, Nanoseconds now);
    Nanoseconds next_event(unsigned cpu, Schedulable& running, Nanoseconds now);
    bool tick(unsigned cpu, Schedulable& running, Nanoseconds now);
    Schedulable* candidate(unsigned cpu, unsigned to);

    std::uint64_t load(unsigned cpu) const { return queues_.of(cpu).load.get(); }
    std::uint32_t count(unsigned cpu) const { return queues_.of(cpu).count.get(); }
    bool runnable(unsigned cpu) const { return queues_.of(cpu).ready.get() != 0; }

private:
    struct State : DeadlineNode {
        std::uint32_t weight = 0;  // as of the last enqueue; 0: none yet
        // While it is in no queue: how much it is owed, in its virtual time, and how much of its request is left.
        std::int64_t lag = 0;
        std::int64_t left = 0;
    };
    struct Queue {
        DeadlineTree tree;
        State* running = nullptr;
        Nanoseconds accounted;  // until when the running thread's time is in its vruntime
        // The average of all vruntimes, the running one included, by weight: `average`, and `excess` / `load` of a nanosecond.
        VirtualTime average = 0;
        std::int64_t excess = 0;
        Published<std::uint64_t> load;
        Published<std::uint32_t> count;
        Published<std::uint32_t> ready;  // of `count`, all but the running one
    };

    static bool is_eligible(const Queue& queue, const State& state) { return !is_before(queue.average, state.vruntime); }
    static State* best(const Queue& queue);
    static void account(Queue& queue, Nanoseconds now);
    static void place(Queue& queue, State& state, Enqueue why);
    static void join(Queue& queue, State& state);
    static void leave(Queue& queue, State& state);
    static void settle(Queue& queue);
    static VirtualTime next_deadline(const State& state);

    PerCpu<Queue> queues_;
};

}  // namespace phx::sched
