// A kernel for four CPUs; a test is the one that its thread's head says: arch::current()->cpu.
#pragma once

#include <arch/thread_head.hpp>

namespace phx::smp {

struct FakeCpuModel {
    static constexpr unsigned max_cpus = 4;
    static unsigned this_cpu() { return arch::current()->cpu; }
};

}  // namespace phx::smp
