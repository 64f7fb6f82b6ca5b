// Where a further CPU begins, from physical addresses to C++.
#pragma once

#include <concepts>
#include <cstdint>

#include <arch/thread_head.hpp>
#include <base/types.hpp>

namespace phx::boot {

struct SecondaryStart {
    VirtAddr stack_top;      // 16-byte aligned
    arch::ThreadHead* head;  // what arch::current() is there
    void (*entry)(void* argument);
    void* argument;
};

struct EntryPoint {
    PhysAddr address;
    std::uint64_t context;  // in x0
};

// prepare(cpu, start): boot context, with the final map. A CPU that then begins at `address` with `context`, at EL1 or EL2 with its MMU off,
// comes to EL1 and the final map, installs the vectors and calls entry(argument) on the stack, interrupts masked. entry does not return.
template <class T>
concept SecondaryEntry = requires(T& entry, unsigned cpu, const SecondaryStart& start) {
    { entry.prepare(cpu, start) } -> std::same_as<EntryPoint>;
};

}  // namespace phx::boot
