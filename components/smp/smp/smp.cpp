// Requests from one CPU to another.
#include <smp/smp/smp.hpp>

#include <arch/cpu.hpp>
#include <base/interrupt_guard.hpp>
#include <base/panic.hpp>
#include <params/smp.hpp>
#include <ports/smp.hpp>
#include <smp/smp/wait.hpp>

namespace phx::smp {

namespace ipis = params::smp::ipis;

Result<void> Smp::init() {
    return init_cpu();
}

Result<void> Smp::init_cpu() {
    auto& irq = ports::smp::irq();
    TRY(irq.enable(ipis::reschedule));
    TRY(irq.enable(ipis::call));
    return irq.enable(ipis::stop);
}

void Smp::reschedule(unsigned cpu) {
    if (cpu == this_cpu()) {
        arch::current()->need_resched = 1;
    } else {
        ports::smp::irq().send(ipis::reschedule, cpu);
    }
}

void Smp::call(unsigned cpu, CallFunction function, void* argument) {
    std::atomic<unsigned> left{1};
    Call request{function, argument, &left};
    {
        const InterruptGuard guard;
        if (cpu == this_cpu()) {
            function(argument);
            return;
        }
        ASSERT((online() >> cpu & 1) != 0);
        post(cpu, request);
    }
    wait_for(left);
}

void Smp::call_others(CallFunction function, void* argument) {
    std::array<Call, max_cpus> requests;
    std::atomic<unsigned> left{0};
    {
        const InterruptGuard guard;  // so that "others" stays what it is
        const CpuMask others = online() & ~(CpuMask{1} << this_cpu());
        left.store(static_cast<unsigned>(std::popcount(others)), std::memory_order_relaxed);
        for (unsigned cpu = 0; cpu < max_cpus; ++cpu) {
            if ((others >> cpu & 1) != 0) {
                requests[cpu] = {function, argument, &left};
                post(cpu, requests[cpu]);
            }
        }
    }
    wait_for(left);
}

// Who finds the queue empty sends the interrupt, and that is still to come while the queue is not empty: so one that is added behind needs
// none.
void Smp::post(unsigned cpu, Call& call) {
    std::atomic<Call*>& queue = queues_[cpu].calls;
    Call* first = queue.load(std::memory_order_relaxed);
    do {
        call.next = first;
    } while (!queue.compare_exchange_weak(first, &call, std::memory_order_release, std::memory_order_relaxed));
    if (first == nullptr) {
        ports::smp::irq().send(ipis::call, cpu);
    }
}

// Two CPUs that call each other with interrupts masked would wait for ever if each did not serve the other.
void Smp::wait_for(std::atomic<unsigned>& left) {
    while (left.load(std::memory_order_acquire) != 0) {
        const InterruptGuard guard;
        serve();
        arch::relax();
    }
}

// Interrupts masked. The caller of a request may be gone as soon as it is counted down.
void Smp::serve() {
    Call* latest = queues_[this_cpu()].calls.exchange(nullptr, std::memory_order_acquire);
    Call* oldest = nullptr;
    while (latest != nullptr) {
        Call* const next = latest->next;
        latest->next = oldest;
        oldest = latest;
        latest = next;
    }
    while (oldest != nullptr) {
        Call* const next = oldest->next;
        oldest->function(oldest->argument);
        oldest->left->fetch_sub(1, std::memory_order_release);
        oldest = next;
    }
}

// Serves no calls meanwhile: the kernel may be broken.
void Smp::stop_others() {
    const InterruptGuard guard;
    const CpuMask self = CpuMask{1} << this_cpu();
    for (unsigned cpu = 0; cpu < max_cpus; ++cpu) {
        if ((online() & ~self) >> cpu & 1) {
            ports::smp::irq().send(ipis::stop, cpu);
        }
    }
    wait_until([&] { return online() == self; }, params::smp::stop_limit);
}

void Smp::on_stop() {
    online_.fetch_and(~(CpuMask{1} << this_cpu()), std::memory_order_release);
    arch::halt();
}

}  // namespace phx::smp
