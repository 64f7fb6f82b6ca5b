// Threads of the kernel: making them, waiting, waking.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include <base/interrupt_guard.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <sched/interfaces/scheduler.hpp>
#include <task/interfaces/thread.hpp>

namespace phx::task {

struct ThreadOptions {
    std::string_view name;
    sched::Attributes attributes{};
    sched::CpuMask affinity = ~sched::CpuMask{0};
    bool detached = false;  // nobody will join it
    UserThread* user = nullptr;  // it runs a program
    bool held = false;           // not ready to run before start(thread); detached
    // For one that nobody joins: called with `user`, by another thread with interrupts masked, once the thread's stack is no longer in use.
    void (*on_left)(UserThread& user) = nullptr;
};

struct CpuLoad {
    bool online = false;
    std::uint32_t runnable = 0;       // threads queued and running
    std::uint64_t weight = 0;         // of these, 1024 for one of nice 0
    std::uint64_t idle_switches = 0;  // how often it ran out of work
    Nanoseconds idle_time;            // as of when it last ran out of being idle
    std::string_view running;         // valid while that thread lives
};

// "May sleep" is: thread context, interrupts unmasked, preemption on.
//
//   create(options, function, argument)  any context: a thread that calls the function, ready to run. ENOMEM, EINVAL (attributes out of
//                                range, no CPU of this machine in the affinity), EAGAIN (max_threads there already)
//   start(thread)                any context: makes a thread that was created `held` ready to run
//   discard(thread)              any context: frees one that was created `held` and not started
//   exit(status)                 ends the calling thread; returning from its function is exit(0)
//   join(thread)                 may sleep: waits for its end and frees it; its status. Once for each thread that is not detached
//   yield()                      may sleep: lets others of the same urgency run first
//   prepare_to_wait(what)        any: from now on wake() is not lost; `what` names the reason in listings. Then block(), or cancel_wait()
//   block()                      may sleep: returns once woken after prepare_to_wait, at once if that was before
//   block_masked()               the same with interrupts masked by the caller, once, for whom they are unmasked while others run
//   cancel_wait()                takes prepare_to_wait back
//   wake(thread)                 any context: makes a waiting thread run; false: it was not waiting
//   wake_masked(thread)          the same with interrupts masked, where preempt_if_needed() follows once they are not
//   check_preemption()           may sleep, in loops: lets a more urgent thread run if there is one; nothing under `preemption: none`
//   preempt_if_needed()          any, after a wake-up under a lock that has been released since: lets a more urgent thread run at once,
//                                where the graph's preemption allows that
//   lend(thread, attributes)     any: in effect until the next such call if they are more urgent than its own; `least_urgent` takes a loan back.
//                                False: nothing changed by that
//   is_running(thread)           any: on another CPU, right now; the pointer is not followed
//   notify(thread)               any: if it runs on another CPU, an interrupt goes there, at whose end it looks at its user_work
//   run_time(thread)             any: for how long it has run, up to now
//   set_attributes, set_affinity any context; EINVAL
//   sleep_until(deadline)        may sleep; on the clock of port `timers`
//   load_of(cpu)                 any context: what a CPU has to do
//   for_each(f)                  calls f(const Thread&) for each thread there is; any context, with interrupts masked
template <class T>
concept Threads = requires(T& threads, const ThreadOptions& options, ThreadFunction function, void* argument, Thread& thread, const char* what,
                           const sched::Attributes& attributes, sched::CpuMask mask, Nanoseconds time) {
    { threads.create(options, function, argument) } -> std::same_as<Result<Thread*>>;
    { threads.start(thread) } -> std::same_as<void>;
    { threads.discard(thread) } -> std::same_as<void>;
    { threads.exit(0) } -> std::same_as<void>;
    { threads.join(thread) } -> std::same_as<int>;
    { threads.yield() } -> std::same_as<void>;
    { threads.prepare_to_wait(what) } -> std::same_as<void>;
    { threads.block() } -> std::same_as<void>;
    { threads.block_masked() } -> std::same_as<void>;
    { threads.wake_masked(thread) } -> std::same_as<bool>;
    { threads.cancel_wait() } -> std::same_as<void>;
    { threads.wake(thread) } -> std::same_as<bool>;
    { threads.check_preemption() } -> std::same_as<void>;
    { threads.preempt_if_needed() } -> std::same_as<void>;
    { threads.lend(thread, attributes) } -> std::same_as<bool>;
    { threads.is_running(&thread) } -> std::same_as<bool>;
    { threads.notify(thread) } -> std::same_as<void>;
    { threads.run_time(thread) } -> std::same_as<Nanoseconds>;
    { threads.set_attributes(thread, attributes) } -> std::same_as<Result<void>>;
    { threads.set_affinity(thread, mask) } -> std::same_as<Result<void>>;
    { threads.sleep_until(time) } -> std::same_as<void>;
    { threads.load_of(0U) } -> std::same_as<CpuLoad>;
    { threads.for_each([](const Thread&) {}) } -> std::same_as<void>;
};

}  // namespace phx::task
