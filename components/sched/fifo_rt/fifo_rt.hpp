// Fixed priorities above any other scheduler (sched(7), POSIX.1-2017 XSH 2.8.4).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <base/types.hpp>
#include <params/fifo_rt.hpp>
#include <sched/interfaces/scheduler.hpp>
#include <sched/run_list/published.hpp>
#include <sched/run_list/run_list.hpp>
#include <sync/per_cpu.hpp>

namespace phx::sched {

// Provides Scheduler. Threads of the policies fifo and round_robin are its own, all others those of the scheduler below.
class FifoRt {
public:
    static constexpr bool preemptive = true;
    static constexpr Nanoseconds slice = params::fifo_rt::slice;

    constexpr FifoRt() = default;

    void attach(Schedulable& thread, Nanoseconds now);
    void enqueue(unsigned cpu, Schedulable& thread, Enqueue why, Nanoseconds now);
    void dequeue(unsigned cpu, Schedulable& thread, Nanoseconds now);
    Schedulable* pick(unsigned cpu, Nanoseconds now);
    void put(unsigned cpu, Schedulable& thread, Put why, Nanoseconds now);
    bool preempts(unsigned cpu, Schedulable& woken, Schedulable& running, Nanoseconds now);
    Nanoseconds next_event(unsigned cpu, Schedulable& running, Nanoseconds now);
    bool tick(unsigned cpu, Schedulable& running, Nanoseconds now);
    std::uint64_t load(unsigned cpu);
    std::uint32_t count(unsigned cpu);
    Schedulable* candidate(unsigned cpu, unsigned to);
    bool runnable(unsigned cpu);

private:
    struct State : RunLink {
        Nanoseconds left = slice;   // of its turn
        std::uint8_t priority = 0;  // as of the last enqueue
    };

    // The priorities that have ready threads.
    class Levels {
    public:
        void add(unsigned priority) { word(priority).set(word(priority).get() | bit(priority)); }
        void remove(unsigned priority) { word(priority).set(word(priority).get() & ~bit(priority)); }
        // The greatest below `limit`; 0: none.
        [[nodiscard]] unsigned highest(unsigned limit = 100) const {
            const std::uint64_t high = words_[1].get() & below(limit, 64);
            if (high != 0) {
                return 127 - static_cast<unsigned>(std::countl_zero(high));
            }
            const std::uint64_t low = words_[0].get() & below(limit, 0);
            return low != 0 ? 63 - static_cast<unsigned>(std::countl_zero(low)) : 0;
        }

    private:
        Published<std::uint64_t>& word(unsigned priority) { return words_[priority / 64]; }
        static constexpr std::uint64_t bit(unsigned priority) { return std::uint64_t{1} << priority % 64; }
        static constexpr std::uint64_t below(unsigned limit, unsigned start) {
            return limit <= start ? 0 : limit - start >= 64 ? ~std::uint64_t{0} : bit(limit - start) - 1;
        }

        std::array<Published<std::uint64_t>, 2> words_;  // bit n of both: priority n; bit 0 stays 0
    };

    struct Queue {
        std::array<RunList<State>, 100> ready;  // by priority
        Levels levels;
        Nanoseconds turn_end;  // of the real-time thread that runs
        Published<std::uint32_t> count;
    };

    static void insert(Queue& queue, State& state, bool in_front);
    static void remove(Queue& queue, State& state);
    static bool has_equal(Queue& queue, const Schedulable& running);

    PerCpu<Queue> queues_;
};

}  // namespace phx::sched
