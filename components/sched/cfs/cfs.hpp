// Fair shares by virtual runtime, as Linux had them from 2.6.23 to 6.5 (Documentation/scheduler/sched-design-CFS.rst). What a switch between
// two threads takes is inline.
#pragma once

#include <cstdint>

#include <base/types.hpp>
#include <params/cfs.hpp>
#include <sched/cfs/vruntime_tree.hpp>
#include <sched/interfaces/scheduler.hpp>
#include <sched/run_list/published.hpp>
#include <sync/per_cpu.hpp>

namespace phx::sched {

// Provides Scheduler.
class Cfs {
public:
    static constexpr bool preemptive = true;
    static constexpr Nanoseconds latency = params::cfs::latency;
    static constexpr Nanoseconds min_granularity = params::cfs::min_granularity;
    static constexpr Nanoseconds wakeup_granularity = params::cfs::wakeup_granularity;

    constexpr Cfs() = default;

    static void attach(Schedulable& thread, Nanoseconds) { thread.make_state<State>(); }
    void enqueue(unsigned cpu, Schedulable& thread, Enqueue why, Nanoseconds now);
    void dequeue(unsigned cpu, Schedulable& thread, Nanoseconds now);
    Schedulable* pick(unsigned cpu, Nanoseconds now) {
        Queue& queue = queues_.of(cpu);
        State* const first = queue.tree.first();
        if (first == nullptr || queue.yielded != nullptr) [[unlikely]] {
            return first != nullptr ? pick_after_yield(queue, now) : nullptr;
        }
        queue.tree.erase_first();
        return start(queue, *first, now);
    }
    void put(unsigned cpu, Schedulable& thread, Put why, Nanoseconds now) {
        Queue& queue = queues_.of(cpu);
        State& state = thread.state<State>();
        account(queue, now);
        advance(queue);
        queue.running = nullptr;
        if (why == Put::blocked) {
            queue.load.subtract(state.weight);
            queue.count.subtract(1);
        } else {
            queue.yielded = why == Put::yielded ? &state : queue.yielded;
            insert(queue, state);
        }
    }
    bool preempts(unsigned cpu, Schedulable& woken, Schedulable& running, Nanoseconds now);
    Nanoseconds next_event(unsigned cpu, Schedulable&, Nanoseconds now) {
        Queue& queue = queues_.of(cpu);
        return queue.tree.empty() ? never : turn_end(queue, now);
    }
    bool tick(unsigned cpu, Schedulable& running, Nanoseconds now);
    Schedulable* candidate(unsigned cpu, unsigned to);

    std::uint64_t load(unsigned cpu) const { return queues_.of(cpu).load.get(); }
    std::uint32_t count(unsigned cpu) const { return queues_.of(cpu).count.get(); }
    bool runnable(unsigned cpu) const { return queues_.of(cpu).ready.get() != 0; }

private:
    static constexpr std::uint32_t k_nowhere = UINT32_MAX;

    struct State : VruntimeNode {
        std::uint32_t weight;            // as of the last enqueue
        std::uint32_t home = k_nowhere;  // the CPU whose virtual time `vruntime` is a point of
    };
    struct Queue {
        VruntimeTree<State> tree;
        State* running = nullptr;
        State* yielded = nullptr;  // is passed over once
        Nanoseconds accounted;     // until when the running thread's time is in its vruntime
        Nanoseconds turn_start;    // when the running thread was picked, or its slice last renewed
        // Where the queue is in virtual time: the least vruntime in it, but never less than it was.
        Published<VirtualTime> min_vruntime;
        Published<std::uint64_t> load;
        Published<std::uint32_t> count;
        Published<std::uint32_t> ready;  // of `count`, all but the running one
    };

    static Schedulable* start(Queue& queue, State& state, Nanoseconds now) {
        queue.ready.subtract(1);
        queue.running = &state;
        queue.accounted = now;
        queue.turn_start = now;
        return &Schedulable::of(state);
    }
    static void insert(Queue& queue, State& state) {
        queue.tree.insert(state);
        queue.ready.add(1);
    }
    static void account(Queue& queue, Nanoseconds now) {
        if (queue.running != nullptr && now != queue.accounted) {
            queue.running->vruntime += virtual_span(now - queue.accounted, queue.running->weight);
            queue.accounted = now;
        }
    }
    static void advance(Queue& queue) {
        const State* least = queue.tree.first();
        if (least == nullptr || (queue.running != nullptr && is_before(queue.running->vruntime, least->vruntime))) {
            least = queue.running;
        }
        if (least != nullptr && is_before(queue.min_vruntime.get(), least->vruntime)) {
            queue.min_vruntime.set(least->vruntime);
        }
    }
    [[gnu::noinline]] static Schedulable* pick_after_yield(Queue& queue, Nanoseconds now);
    static Nanoseconds period(std::uint32_t count);
    static Nanoseconds slice(const Queue& queue, const State& state);
    static Nanoseconds turn_end(Queue& queue, Nanoseconds now);
    void place(unsigned cpu, State& state, Enqueue why);

    PerCpu<Queue> queues_;
};

}  // namespace phx::sched
