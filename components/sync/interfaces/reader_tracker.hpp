// Told of threads that stop running in a read-side section of RCU.
#pragma once

#include <concepts>

#include <task/interfaces/thread.hpp>

namespace phx::sync {

// stops_running(thread): interrupts masked, the thread's run queue locked, on its CPU, before it may run elsewhere or end: it is switched
// away from, and is_reading_rcu(thread) or its rcu.listed is true.
template <class T>
concept ReaderTracker = requires(T& tracker, task::Thread& thread) {
    { tracker.stops_running(thread) } -> std::same_as<void>;
};

}  // namespace phx::sync
