// Further CPUs in a graph without threads.
#pragma once

#include <array>

#include <smp/interfaces/secondary_main.hpp>
#include <types/cpu_model.hpp>

namespace phx::smp {

// Provides SecondaryMain.
class IdleCpus {
public:
    constexpr IdleCpus() = default;

    // ENOMEM; EINVAL: a number that no further CPU has.
    Result<SecondaryStack> secondary_stack(unsigned cpu);
    [[noreturn]] void run_secondary(unsigned cpu);

private:
    std::array<arch::ThreadHead, types::CpuModel::max_cpus> heads_{};
};

}  // namespace phx::smp
