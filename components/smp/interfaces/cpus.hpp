// The CPUs that run, and how one of them reaches the others.
#pragma once

#include <concepts>
#include <cstdint>

namespace phx::smp {

using CpuMask = std::uint64_t;  // bit n: CPU n

// Runs on another CPU, in interrupt context with interrupts masked.
using CallFunction = void (*)(void* argument);

//   start_all()        boot context, once, after the init sequence: brings up all CPUs that the machine has, up to CpuModel::max_cpus;
//                      returns once they run, and leaves out those that do not come
//   online()           any context: those that run, the caller among them
//   count()            any context: how many these are
//   reschedule(cpu)    any context: sets need_resched of the thread that runs there by the time the request arrives, and so ends its
//                      idling; may be the caller's own CPU
//   call(cpu, f, arg)  any context but holding a lock that f takes: runs f(arg) there and returns when it has. While it waits it serves the
//                      calls of others, so two CPUs may call each other, with interrupts masked too. Its own CPU: calls f here, interrupts
//                      masked
//   call_others(f, arg)  the same on all others that are online, at once
//   stop_others()      any context, also a broken one: stops all others for good, and waits for that no longer than some milliseconds
template <class T>
concept Cpus = requires(T& cpus, const T& const_cpus, unsigned cpu, CallFunction function, void* argument) {
    { cpus.start_all() } -> std::same_as<void>;
    { const_cpus.online() } -> std::same_as<CpuMask>;
    { const_cpus.count() } -> std::same_as<unsigned>;
    { cpus.reschedule(cpu) } -> std::same_as<void>;
    { cpus.call(cpu, function, argument) } -> std::same_as<void>;
    { cpus.call_others(function, argument) } -> std::same_as<void>;
    { cpus.stop_others() } -> std::same_as<void>;
};

}  // namespace phx::smp
