// Grace periods under full preemption, found by looking at threads: a reader announces nothing but a byte of its own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/result.hpp>
#include <locks/rcu.hpp>
#include <sync/interfaces/rcu.hpp>
#include <sync/mpsc_queue.hpp>
#include <sync/per_cpu.hpp>
#include <sync/per_cpu_counter.hpp>
#include <sync/rcu/readers.hpp>
#include <task/interfaces/thread.hpp>

namespace phx::sync {

class PreemptibleRcu {
public:
    constexpr PreemptibleRcu() = default;

    Result<void> init();

    // Rcu
    void synchronize() __attribute__((locks_excluded(interrupts_off)));
    void call(RcuHead& head, RcuFunction function);
    void barrier() __attribute__((locks_excluded(interrupts_off)));
    RcuStatistics statistics();

    // ReaderTracker
    void stops_running(task::Thread& thread);

private:
    [[noreturn]] void run();
    void wait_for_calls();
    [[nodiscard]] RcuHead* collect();
    void invoke(RcuHead* batch);
    void wait_for_readers();
    void look_everywhere();
    void look_where_they_run(std::uint64_t period);
    void report_stall(std::uint64_t period, Nanoseconds lasted);
    void ask();

    Readers readers_{locks::rcu::readers};
    PerCpu<MpscQueue<RcuHead>> queues_;
    std::atomic<bool> asked_{false};  // since the thread last collected
    task::Thread* thread_ = nullptr;
    PerCpuCounter calls_;
    std::atomic<std::uint64_t> called_{0};
    std::atomic<std::uint64_t> periods_{0};
    std::atomic<std::int64_t> longest_{0};
};

}  // namespace phx::sync
