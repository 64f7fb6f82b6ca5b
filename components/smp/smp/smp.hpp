// Several CPUs. This header is <types/cpu_model.hpp>, too, on which locks and per-CPU data rest: so it uses neither.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

#include <arch/thread_head.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <boot/interfaces/boot_info.hpp>
#include <params/smp/max_cpus.hpp>
#include <smp/interfaces/cpus.hpp>

namespace phx::smp {

class Smp {
public:
    // CpuModel
    static constexpr unsigned max_cpus = params::smp::max_cpus;
    static unsigned this_cpu() { return arch::current()->cpu; }

    constexpr Smp() = default;

    // An error of the interrupt controller is passed on.
    Result<void> init();
    Result<void> init_cpu();

    // Cpus
    void start_all();
    [[nodiscard]] CpuMask online() const { return online_.load(std::memory_order_acquire); }
    [[nodiscard]] unsigned count() const { return static_cast<unsigned>(std::popcount(online())); }
    void reschedule(unsigned cpu);
    void call(unsigned cpu, CallFunction function, void* argument);
    void call_others(CallFunction function, void* argument);
    void stop_others();

    // Interrupt context.
    void on_reschedule() { arch::current()->need_resched = 1; }
    void on_call() { serve(); }
    [[noreturn]] void on_stop();

private:
    // Lies on the caller's stack until it was served.
    struct Call {
        CallFunction function = nullptr;
        void* argument = nullptr;
        std::atomic<unsigned>* left = nullptr;  // how many are still to be served; the caller waits for 0
        Call* next = nullptr;
    };
    // What waits for one CPU, the latest first. Anybody puts one in front, the CPU takes all.
    struct alignas(64) Queue {
        std::atomic<Call*> calls{nullptr};
    };

    bool start(unsigned cpu, const boot::BootCpu& which);
    [[noreturn]] void run(unsigned cpu);
    void post(unsigned cpu, Call& call);
    void wait_for(std::atomic<unsigned>& left);
    void serve();

    std::atomic<CpuMask> online_{1};
    std::array<Queue, max_cpus> queues_{};
};

}  // namespace phx::smp
