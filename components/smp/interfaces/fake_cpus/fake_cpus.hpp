// As many CPUs as a test says, all played by the thread that calls: a call runs at once, with arch::current()->cpu as its CPU.
#pragma once

#include <bit>

#include <arch/thread_head.hpp>
#include <smp/interfaces/cpus.hpp>

namespace phx::smp {

class FakeCpus {
public:
    constexpr FakeCpus() = default;

    void start_all() { started_ = true; }
    [[nodiscard]] CpuMask online() const { return online_; }
    [[nodiscard]] unsigned count() const { return static_cast<unsigned>(std::popcount(online_)); }
    void reschedule(unsigned cpu) {
        rescheduled_ |= CpuMask{1} << cpu;
        ++reschedules_;
        if (cpu == arch::current()->cpu) {
            arch::current()->need_resched = 1;
        }
    }
    void call(unsigned cpu, CallFunction function, void* argument) {
        ++calls_;
        const std::uint32_t caller = arch::current()->cpu;
        arch::current()->cpu = cpu;
        function(argument);
        arch::current()->cpu = caller;
    }
    void call_others(CallFunction function, void* argument) {
        for (unsigned cpu = 0; cpu < 64; ++cpu) {
            if ((online_ >> cpu & 1) != 0 && cpu != arch::current()->cpu) {
                call(cpu, function, argument);
            }
        }
    }
    void stop_others() {
        ++stops_;
        online_ = CpuMask{1} << arch::current()->cpu;
    }

    void reset() { *this = {}; }
    void set_online(CpuMask online) { online_ = online; }
    [[nodiscard]] bool started() const { return started_; }
    // Those that were asked, and how often any was.
    [[nodiscard]] CpuMask rescheduled() const { return rescheduled_; }
    [[nodiscard]] unsigned reschedules() const { return reschedules_; }
    [[nodiscard]] unsigned calls() const { return calls_; }
    [[nodiscard]] unsigned stops() const { return stops_; }

private:
    CpuMask online_ = 1;
    CpuMask rescheduled_ = 0;
    unsigned reschedules_ = 0;
    unsigned calls_ = 0;
    unsigned stops_ = 0;
    bool started_ = false;
};

}  // namespace phx::smp
