#pragma once

#include <sched/interfaces/scheduler.hpp>

namespace phx::sched::archetype {

struct Scheduler {
    static constexpr bool preemptive = true;
    void attach(Schedulable&, Nanoseconds) { __builtin_trap(); }
    void enqueue(unsigned, Schedulable&, Enqueue, Nanoseconds) { __builtin_trap(); }
    void dequeue(unsigned, Schedulable&, Nanoseconds) { __builtin_trap(); }
    Schedulable* pick(unsigned, Nanoseconds) { __builtin_trap(); }
    void put(unsigned, Schedulable&, Put, Nanoseconds) { __builtin_trap(); }
    bool preempts(unsigned, Schedulable&, Schedulable&, Nanoseconds) { __builtin_trap(); }
    Nanoseconds next_event(unsigned, Schedulable&, Nanoseconds) { __builtin_trap(); }
    bool tick(unsigned, Schedulable&, Nanoseconds) { __builtin_trap(); }
    std::uint64_t load(unsigned) { __builtin_trap(); }
    std::uint32_t count(unsigned) { __builtin_trap(); }
    Schedulable* candidate(unsigned, unsigned) { __builtin_trap(); }
    bool runnable(unsigned) { __builtin_trap(); }
};

}  // namespace phx::sched::archetype
