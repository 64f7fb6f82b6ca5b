// How many CPUs the kernel is made for, and which one this is.
#pragma once

#include <concepts>

namespace phx::smp {

//   max_cpus    CPUs are numbered 0 .. max_cpus - 1; 0 is the one that booted
//   this_cpu()  any context; the answer holds as long as the caller cannot move: interrupts or preemption off
template <class T>
concept CpuModel = requires {
    { T::max_cpus } -> std::convertible_to<unsigned>;
    { T::this_cpu() } -> std::same_as<unsigned>;
};

}  // namespace phx::smp
