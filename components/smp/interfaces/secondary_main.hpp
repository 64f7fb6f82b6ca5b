// What the CPUs that did not boot do.
#pragma once

#include <concepts>

#include <arch/thread_head.hpp>
#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::smp {

struct SecondaryStack {
    VirtAddr top;             // 16-byte aligned, in the final map
    arch::ThreadHead* head;   // what arch::current() is there from the first instruction of C++ on; its `cpu` says which
};

//   secondary_stack(cpu)  on the CPU that booted, after the init sequence, once for each further one, before that starts; ENOMEM
//   run_secondary(cpu)    on that CPU and stack, interrupts masked, after its init_cpu steps and once it counts as online; never returns
template <class T>
concept SecondaryMain = requires(T& main, unsigned cpu) {
    { main.secondary_stack(cpu) } -> std::same_as<Result<SecondaryStack>>;
    { main.run_secondary(cpu) } -> std::same_as<void>;
};

}  // namespace phx::smp
