#include <smp/smp_probe/smp_probe.hpp>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <arch/thread_head.hpp>
#include <base/panic.hpp>
#include <params/smp_probe.hpp>
#include <ports/smp_probe.hpp>

namespace phx::smp {
namespace {

constexpr std::uint64_t k_calls = params::smp_probe::calls;

[[nodiscard]] unsigned here() { return arch::current()->cpu; }

void count(void* counter) {
    static_cast<std::atomic<std::uint64_t>*>(counter)->fetch_add(1, std::memory_order_relaxed);
}

// Calls f for each CPU that is online.
void for_each_cpu(auto f) {
    const CpuMask online = ports::smp_probe::cpus().online();
    for (unsigned cpu = 0; cpu < 64; ++cpu) {
        if ((online >> cpu & 1) != 0) {
            f(cpu);
        }
    }
}

}  // namespace

void SmpProbe::check(bool good, const char* what) {
    if (!good) {
        ports::smp_probe::log().error("{}", what);
        ++failures_;
    }
}

int SmpProbe::run() {
    call_each();
    call_in_circles();
    ring_timers();
    measure();
    ports::smp_probe::log().info("{} CPUs probed, {} failures", ports::smp_probe::cpus().count(), failures_);
    if (params::smp_probe::then == params::smp_probe::Then::panic) {
        const unsigned last = ports::smp_probe::cpus().count() - 1;
        ports::smp_probe::cpus().call(last, [](void*) { panic("as was asked"); }, nullptr);
    }
    return failures_ == 0 ? 0 : 1;
}

// A call runs where it should, and there with interrupts masked.
void SmpProbe::call_each() {
    struct Found {
        unsigned cpu = ~0U;
        bool masked = false;
    };
    for_each_cpu([this](unsigned cpu) {
        Found found;
        ports::smp_probe::cpus().call(
            cpu,
            [](void* to) {
                static_cast<Found*>(to)->cpu = here();
                static_cast<Found*>(to)->masked = arch::interrupts_masked();
            },
            &found);
        check(found.cpu == cpu && found.masked, "a call did not run where and how it should");
    });
}

// On each CPU, inside a call, so with interrupts masked.
void SmpProbe::storm(void* probe) {
    auto& self = *static_cast<SmpProbe*>(probe);
    auto& cpus = ports::smp_probe::cpus();
    const unsigned total = cpus.count();
    for (std::uint64_t n = 0; n < k_calls; ++n) {
        const unsigned to = static_cast<unsigned>((here() + n) % total);
        cpus.call(to, count, &self.counts_[to]);
    }
}

void SmpProbe::call_in_circles() {
    auto& cpus = ports::smp_probe::cpus();
    cpus.call_others(storm, this);
    storm(this);
    std::uint64_t sum = 0;
    for_each_cpu([&](unsigned cpu) { sum += counts_[cpu].load(std::memory_order_relaxed); });
    check(sum == k_calls * cpus.count(), "calls were lost or served twice");
}

void SmpProbe::on_timer(Nanoseconds) { rung_.fetch_or(std::uint64_t{1} << here(), std::memory_order_relaxed); }

void SmpProbe::ring_timers() {
    auto& clock = ports::smp_probe::clock();
    for_each_cpu([](unsigned cpu) {
        ports::smp_probe::cpus().call(
            cpu, [](void*) { ports::smp_probe::timer().arm(ports::smp_probe::clock().now() + Nanoseconds{1'000'000}); }, nullptr);
    });
    const Nanoseconds limit = clock.now() + Nanoseconds{1'000'000'000};
    const CpuMask online = ports::smp_probe::cpus().online();
    while (rung_.load(std::memory_order_relaxed) != online && clock.now() < limit) {
        arch::relax();
    }
    check(rung_.load(std::memory_order_relaxed) == online, "a CPU's timer did not come there");
}

void SmpProbe::measure() {
    auto& cpus = ports::smp_probe::cpus();
    if (cpus.count() < 2) {
        return;
    }
    const Nanoseconds start = ports::smp_probe::clock().now();
    for (std::uint64_t n = 0; n < k_calls; ++n) {
        cpus.call(1, [](void*) {}, nullptr);
    }
    const std::int64_t took = (ports::smp_probe::clock().now() - start).count();
    ports::smp_probe::log().info("a call takes {} ns", took / static_cast<std::int64_t>(k_calls));
}

}  // namespace phx::smp
