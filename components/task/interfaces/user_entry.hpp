// What exceptions need to know of programs, in graphs that have them.
#pragma once

#include <concepts>
#include <cstdint>

namespace phx::task {

// A data abort that the kernel met.
struct KernelFault {
    std::uint64_t& pc;
    std::uint64_t syndrome;    // ESR_EL1
    std::uint64_t address;     // FAR_EL1
    std::uint64_t state;       // SPSR_EL1
    std::uint64_t may_sleep;   // x3, where the copy routines keep that (arch/user_access.hpp)
};

//   vectors()              the table to install instead of the one for kernels without programs. Boot context
//   on_kernel_fault(fault) interrupts masked. True: it was a copy of a program's memory, and the code goes on at `pc`. May sleep if the copy may
template <class T>
concept UserEntry = requires(T& entry, const KernelFault& fault) {
    { entry.vectors() } -> std::same_as<const char*>;
    { entry.on_kernel_fault(fault) } -> std::same_as<bool>;
};

}  // namespace phx::task
