// The timers that processes have: setitimer(2), timer_create(2), RLIMIT_CPU.
#pragma once

#include <concepts>

#include <task/interfaces/process.hpp>

namespace phx::task {

// For Processes. Thread context; may sleep. A process made by fork(2) has none.
//   on_exec(process)   execve(2): those of timer_create(2) are gone, the others stay
//   limit_changed(process) RLIMIT_CPU is another, or the process is new and has one that is not infinite. Without its lock
//   clock_was_set()    CLOCK_REALTIME has jumped
//   end(process)       its last thread has ended: all are gone (ProcessSignals::timers). Before Signals::end
template <class T>
concept TimerSets = requires(T& timers, Process& process) {
    { timers.on_exec(process) } -> std::same_as<void>;
    { timers.limit_changed(process) } -> std::same_as<void>;
    { timers.clock_was_set() } -> std::same_as<void>;
    { timers.end(process) } -> std::same_as<void>;
};

}  // namespace phx::task
