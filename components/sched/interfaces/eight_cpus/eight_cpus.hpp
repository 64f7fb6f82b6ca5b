#pragma once

namespace phx::sched {

// Provides CpuModel. Schedulers are told which CPU is meant, so that all of them can be played by one thread of the host.
struct EightCpus {
    static constexpr unsigned max_cpus = 8;
    static unsigned this_cpu() { return 0; }
};

}  // namespace phx::sched
