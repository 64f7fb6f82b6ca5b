// Looks for CPUs and threads that do not get on.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include <base/result.hpp>
#include <base/types.hpp>
#include <sync/per_cpu.hpp>
#include <task/interfaces/thread.hpp>
#include <time/interfaces/timers.hpp>

namespace phx::debug {

class Watchdog {
public:
    constexpr Watchdog() = default;

    Result<void> init();
    Result<void> init_cpu();

private:
    // Who ran at a CPU's last heartbeat, for another CPU to read when no further one comes.
    class LastSeen {
    public:
        void set(const task::Thread& thread);
        [[nodiscard]] std::uint32_t id() const { return id_.load(std::memory_order_relaxed); }
        [[nodiscard]] std::array<char, task::Thread::k_name_size> name() const;

    private:
        std::atomic<std::uint32_t> id_{0};
        std::array<std::atomic<std::uint64_t>, task::Thread::k_name_size / 8> name_{};
    };

    class Heartbeat final : public time::Timer {
    public:
        constexpr Heartbeat() : Timer{"watchdog"} {}
        void on_expired(Nanoseconds now) override;
    };

    struct Cpu {
        Heartbeat heartbeat;
        std::atomic<std::int64_t> beat{0};  // when the last one was; 0: none yet
        LastSeen last;
        // Since when this thread, switched to that often, has kept others waiting.
        const task::Thread* running = nullptr;
        std::uint64_t switches = 0;
        Nanoseconds since;
        bool reported = false;
        std::int64_t reported_beat = 0;  // of the next CPU
        Nanoseconds next_scan;
    };

    void on_heartbeat(Nanoseconds now);
    void check_this(Cpu& cpu, Nanoseconds now);
    void check_next(Cpu& cpu, Nanoseconds now);
    void check_threads(Nanoseconds now);
    void report_soft(const Cpu& cpu, std::uint32_t waiting, Nanoseconds now);
    void report_hard(const Cpu& cpu, unsigned number, Nanoseconds now);
    static void log_calls();
    static void log_locks(unsigned cpu, Nanoseconds now);
    static void reported(std::string_view what);

    PerCpu<Cpu> cpus_;
};

}  // namespace phx::debug
