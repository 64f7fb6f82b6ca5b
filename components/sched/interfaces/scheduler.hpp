// Who runs next. A scheduler is a policy over run queues, one a CPU: it is told what threads do and what time it is, and answers. It switches
// nothing, arms nothing and takes no lock: whoever owns the threads does that.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include <base/interrupt_guard.hpp>
#include <base/types.hpp>

namespace phx::sched {

// As Linux has them (sched(7)).
enum class Policy : std::uint8_t { normal, batch, idle, fifo, round_robin };

struct alignas(4) Attributes {  // one word: it can be read while another CPU writes it
    Policy policy = Policy::normal;
    std::int8_t nice = 0;           // -20 .. 19, for normal and batch
    std::uint8_t priority = 0;      // 1 .. 99, greater is more urgent, for fifo and round_robin; else 0

    [[nodiscard]] constexpr bool is_real_time() const { return policy == Policy::fifo || policy == Policy::round_robin; }
    constexpr bool operator==(const Attributes&) const = default;
};

// As one number, greater is more urgent (sched(7)).
[[nodiscard]] constexpr int urgency(const Attributes& attributes) {
    if (attributes.is_real_time()) {
        return 100 + attributes.priority;
    }
    return attributes.policy == Policy::idle ? -100 : -attributes.nice;
}
constexpr Attributes least_urgent{.policy = Policy::idle};

using CpuMask = std::uint64_t;  // bit n: CPU n

// Room for a scheduler's own notes on a thread.
struct alignas(16) SchedulerNotes {
    static constexpr std::size_t size = 96;
    std::array<std::byte, size> bytes{};
};

// What a scheduler sees of a thread.
class Schedulable : private SchedulerNotes {
public:
    static constexpr std::size_t state_size = SchedulerNotes::size;

    Attributes attributes;
    CpuMask affinity = ~CpuMask{0};  // never empty
    unsigned cpu = 0;                // whose queue it is in, or where it runs or ran last; the owner of threads sets it

    // The scheduler's own notes. They are made by attach, and are nobody else's.
    template <class State>
    [[nodiscard]] State& state() {
        static_assert(fits<State>);
        return *std::launder(reinterpret_cast<State*>(bytes.data()));
    }
    template <class State>
    State& make_state() {
        static_assert(fits<State>);
        return *new (bytes.data()) State{};
    }
    // The thread that notes, got from `state`, are about.
    template <class State>
    [[nodiscard]] static Schedulable& of(State& state) {
        static_assert(fits<State>);
        return static_cast<Schedulable&>(reinterpret_cast<SchedulerNotes&>(state));
    }

private:
    template <class State>
    static constexpr bool fits = sizeof(State) <= state_size && alignof(State) <= alignof(SchedulerNotes) &&
                                 std::is_trivially_destructible_v<State>;
};

enum class Enqueue : std::uint8_t { created, woken, migrated, changed };  // changed: attributes are other ones now
enum class Put : std::uint8_t { preempted, yielded, blocked };            // blocked: waits, exits, or leaves this scheduler

// Each function is called with interrupts off and with the lock of `cpu`'s queue held, so that calls for one CPU never overlap; calls for
// different CPUs do. load, count and runnable may be asked without the lock, and then answer for a moment that has passed. `now` is the
// monotonic clock, never earlier than before on the same CPU. A thread is in at most one queue, or runs on at most one CPU (it is then in no
// queue, but still counts for load and count). Its attributes change only while it is in no queue and does not run: dequeue, or
// put(blocked) if it runs; change; attach if the class is another one; enqueue(changed).
//
//   attach(thread, now)               once, before anything else is done with it, and again after `attributes` changed class (real-time
//                                     or not); makes its state
//   enqueue(cpu, thread, why, now)    it can run; thread.cpu == cpu
//   dequeue(cpu, thread, now)         it was queued (not running) and leaves the queue: to migrate or to change
//   pick(cpu, now)                    takes the thread to run next off the queue, and it runs from now on; null: none can run
//   put(cpu, thread, why, now)        the running thread stops running; unless blocked it is queued again
//   preempts(cpu, woken, running, now)  `woken` has just been enqueued: whether it should run in place of `running` at once
//   next_event(cpu, running, now)     when tick must be called, if `running` goes on and nothing is enqueued or dequeued here; may have
//                                     passed: at once. `never` if nothing can change by itself, as when it runs alone: a CPU then needs
//                                     no tick
//   tick(cpu, running, now)           accounts for the time that `running` ran; true: another should run. May come early
//   load(cpu)                         sum of the weights of all threads queued and running there; 1024 for one of nice 0
//   count(cpu)                        how many those are
//   candidate(cpu, to)                a queued thread that may run on CPU `to`, the one whose move costs least; null: none. It stays queued
//   runnable(cpu)                     whether pick would give one
//   preemptive                        false: never asks for a switch by itself
//   ignores_wake_time                 may be left out; true: `now` means nothing to enqueue and preempts, and need not be asked for
template <class T>
concept Scheduler = requires(T& s, unsigned cpu, Schedulable& thread, Enqueue enqueue, Put put, Nanoseconds now) {
    { s.attach(thread, now) } -> std::same_as<void>;
    { s.enqueue(cpu, thread, enqueue, now) } -> std::same_as<void>;
    { s.dequeue(cpu, thread, now) } -> std::same_as<void>;
    { s.pick(cpu, now) } -> std::same_as<Schedulable*>;
    { s.put(cpu, thread, put, now) } -> std::same_as<void>;
    { s.preempts(cpu, thread, thread, now) } -> std::same_as<bool>;
    { s.next_event(cpu, thread, now) } -> std::same_as<Nanoseconds>;
    { s.tick(cpu, thread, now) } -> std::same_as<bool>;
    { s.load(cpu) } -> std::same_as<std::uint64_t>;
    { s.count(cpu) } -> std::same_as<std::uint32_t>;
    { s.candidate(cpu, cpu) } -> std::same_as<Schedulable*>;
    { s.runnable(cpu) } -> std::same_as<bool>;
    { T::preemptive } -> std::convertible_to<bool>;
};

inline constexpr Nanoseconds never{INT64_MAX};

}  // namespace phx::sched
