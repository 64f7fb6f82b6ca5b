// Bringing up the CPUs that did not boot.
#include <arch/cpu.hpp>
#include <params/smp.hpp>
#include <ports/smp.hpp>
#include <smp/smp/smp.hpp>
#include <smp/smp/wait.hpp>

namespace phx::smp {
namespace {

constexpr std::uint64_t k_affinity = 0xff'00ff'ffff;  // the affinity fields of MPIDR_EL1

// A further CPU's start-up: what fails there ends that CPU, not the kernel.
class StartUp final : public boot::InitObserver {
public:
    explicit StartUp(unsigned cpu) : cpu_{cpu} {}

    void on_failure(const boot::InitStep& step, Errno error) override {
        const auto log = ports::smp::log();
        if (step.fatal) {
            log.error("CPU {} stays off: instance {} (component {}): {}", cpu_, step.instance, step.component, error);
            ports::smp::power().stop_this();
        }
        log.warning("CPU {} goes on without instance {} (component {}): {}", cpu_, step.instance, step.component, error);
    }

private:
    unsigned cpu_;
};

}  // namespace

void Smp::start_all() {
    const auto log = ports::smp::log();
    const auto& info = ports::smp::boot_info();
    const std::uint64_t own = arch::mpidr() & k_affinity;
    unsigned next = 1;
    CpuMask started = online();
    for (const boot::BootCpu& which : info.cpus()) {
        if (which.mpidr != own && next < max_cpus && start(next, which)) {
            started |= CpuMask{1} << next;
            ++next;
        }
    }
    const auto all_came = [&] {
        serve();
        return (online() & started) == started;
    };
    if (!wait_until(all_came, params::smp::start_limit)) {
        log.error("of {} CPUs started, {} came", std::popcount(started) - 1, count() - 1);
    }
    log.info("{} of {} CPUs", count(), info.cpu_count());
}

// False: its number is still free.
bool Smp::start(unsigned cpu, const boot::BootCpu& which) {
    const auto log = ports::smp::log();
    if (which.start != boot::CpuStart::psci) {
        log.warning("CPU {:#x} stays off: the device tree does not say that PSCI starts it", which.mpidr);
        return false;
    }
    const auto stack = ports::smp::main().secondary_stack(cpu);
    if (!stack) {
        log.error("CPU {:#x} stays off: no stack: {}", which.mpidr, stack.error());
        return false;
    }
    static constexpr auto enter = [](void* argument) {
        ports::smp::self().run(static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(argument)));
    };
    void* const number = reinterpret_cast<void*>(static_cast<std::uintptr_t>(cpu));
    const boot::EntryPoint at = ports::smp::entry().prepare(cpu, {stack->top, stack->head, enter, number});
    arch::publish_stores();
    if (const auto done = ports::smp::power().start(which.mpidr, at.address, at.context); !done) {
        log.error("CPU {:#x} stays off: {}", which.mpidr, done.error());
        return false;
    }
    return true;
}

// On the further CPU.
void Smp::run(unsigned cpu) {
    StartUp observer{cpu};
    ports::smp::sequence().run_cpu(observer);
    online_.fetch_or(CpuMask{1} << cpu, std::memory_order_release);
    ports::smp::main().run_secondary(cpu);
    __builtin_unreachable();
}

}  // namespace phx::smp
