#pragma once

#include <task/interfaces/threads.hpp>

namespace phx::task::archetype {

struct Threads {
    Result<Thread*> create(const ThreadOptions&, ThreadFunction, void*) { __builtin_trap(); }
    void start(Thread&) { __builtin_trap(); }
    void discard(Thread&) { __builtin_trap(); }
    [[noreturn]] void exit(int) { __builtin_trap(); }
    int join(Thread&) { __builtin_trap(); }
    void yield() { __builtin_trap(); }
    void prepare_to_wait(const char*) { __builtin_trap(); }
    void block() { __builtin_trap(); }
    void block_masked() { __builtin_trap(); }
    bool wake_masked(Thread&) { __builtin_trap(); }
    void cancel_wait() { __builtin_trap(); }
    bool wake(Thread&) { __builtin_trap(); }
    void check_preemption() { __builtin_trap(); }
    void preempt_if_needed() { __builtin_trap(); }
    bool lend(Thread&, const sched::Attributes&) { __builtin_trap(); }
    bool is_running(const Thread*) { __builtin_trap(); }
    void notify(Thread&) { __builtin_trap(); }
    Nanoseconds run_time(Thread&) { __builtin_trap(); }
    Result<void> set_attributes(Thread&, const sched::Attributes&) { __builtin_trap(); }
    Result<void> set_affinity(Thread&, sched::CpuMask) { __builtin_trap(); }
    void sleep_until(Nanoseconds) { __builtin_trap(); }
    CpuLoad load_of(unsigned) { __builtin_trap(); }
    template <class F>
    void for_each(F&&) {
        __builtin_trap();
    }
};

}  // namespace phx::task::archetype
