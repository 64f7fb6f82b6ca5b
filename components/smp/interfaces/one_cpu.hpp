// A kernel for one CPU: per-CPU data is plain data, and no lock needs more than masked interrupts.
#pragma once

namespace phx::smp {

struct OneCpu {
    static constexpr unsigned max_cpus = 1;
    static constexpr unsigned this_cpu() { return 0; }
};

}  // namespace phx::smp
