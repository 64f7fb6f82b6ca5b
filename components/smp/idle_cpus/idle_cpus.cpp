#include <smp/idle_cpus/idle_cpus.hpp>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <ports/idle_cpus.hpp>

namespace phx::smp {

Result<SecondaryStack> IdleCpus::secondary_stack(unsigned cpu) {
    if (cpu == 0 || cpu >= heads_.size()) {
        return Errno::inval;
    }
    const task::KernelStack stack = TRY(ports::idle_cpus::stacks().allocate());
    heads_[cpu].cpu = cpu;
    return SecondaryStack{stack.top, &heads_[cpu]};
}

void IdleCpus::run_secondary(unsigned) {
    arch::unmask_interrupts();
    for (;;) {
        arch::wait_for_interrupt();
    }
}

}  // namespace phx::smp
