// Threads of the kernel on every CPU.
//
// A run queue's lock covers the scheduler's state of its CPU, who runs there, and the states of threads that are placed there. It is held
// from the decision to switch until the next thread runs, which releases it (finish_switch).
#pragma once

#include <cstdint>
#include <optional>

#include <arch/interrupts.hpp>
#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <locks/threads.hpp>
#include <params/threads/preemption.hpp>
#include <smp/interfaces/secondary_main.hpp>
#include <sync/per_cpu.hpp>
#include <sync/spinlock.hpp>
#include <task/interfaces/threads.hpp>
#include <time/interfaces/timers.hpp>

namespace phx::task {

class KernelThreads {
public:
    constexpr KernelThreads() = default;

    Result<void> init();

    // ThreadLauncher
    [[noreturn]] void launch(ThreadFunction function, void* argument);

    // Preemption
    void on_interrupt_exit() {
        if constexpr (k_full) {
            const Thread& self = current();
            if (self.need_resched != 0 && self.preempt_count == 0) [[unlikely]] {
                preempt();
            }
        }
    }

    void on_user_return() { preempt(); }

    // SecondaryMain
    Result<smp::SecondaryStack> secondary_stack(unsigned cpu);
    [[noreturn]] void run_secondary(unsigned cpu);

    // Threads
    Result<Thread*> create(const ThreadOptions& options, ThreadFunction function, void* argument);
    void start(Thread& thread);
    void discard(Thread& thread);
    [[noreturn]] void exit(int status);
    int join(Thread& thread);
    void yield();
    void prepare_to_wait(const char* what);
    void block();
    void block_masked();
    void cancel_wait();
    bool wake(Thread& thread);
    bool wake_masked(Thread& thread);
    void check_preemption();
    void preempt_if_needed() {
        if constexpr (k_full) {
            const Thread& self = current();
            if (self.need_resched != 0 && self.preempt_count == 0 && !arch::interrupts_masked()) {
                preempt();
            }
        }
    }
    bool lend(Thread& thread, const sched::Attributes& attributes);
    void notify(Thread& thread);
    [[nodiscard]] Nanoseconds run_time(Thread& thread);
    [[nodiscard]] bool is_running(const Thread* thread) const {
        for (unsigned cpu = 0; PerCpu<Cpu>::count > 1 && cpu < PerCpu<Cpu>::count; ++cpu) {
            if (__atomic_load_n(&cpus_.of(cpu).running, __ATOMIC_RELAXED) == thread) {
                return true;
            }
        }
        return false;
    }
    Result<void> set_attributes(Thread& thread, const sched::Attributes& attributes);
    Result<void> set_affinity(Thread& thread, sched::CpuMask affinity);
    void sleep_until(Nanoseconds deadline);
    template <class F>
    void for_each(F&& f) {
        const SpinGuard guard{list_lock_};
        for (const Thread& thread : all_) {
            f(thread);
        }
    }
    [[nodiscard]] CpuLoad load_of(unsigned cpu);

private:
    static constexpr bool k_full = params::threads::preemption == params::threads::Preemption::full;
    static constexpr bool k_voluntary = params::threads::preemption != params::threads::Preemption::none;

    // Ends time slices. Armed for no later than the scheduler wants: a slice that was cut short leaves it to fire once in vain.
    class Tick final : public time::Timer {
    public:
        constexpr Tick() : Timer{"tick"} {}
        void on_expired(Nanoseconds now) override;
    };
    struct Cpu {
        SpinLock lock{locks::threads::run_queue};
        Thread* running = nullptr;
        Thread* left = nullptr;  // whom the switch under way leaves
        Nanoseconds event = sched::never;  // what `tick` is armed for
        Tick tick;
        Thread idle;
    };

    struct Change {
        std::optional<sched::Attributes> own{};
        std::optional<sched::Attributes> lent{};
        std::optional<sched::CpuMask> affinity{};
    };

    [[nodiscard]] static Nanoseconds now();
    [[nodiscard]] Cpu& own_cpu() { return cpus_.of(arch::current()->cpu); }
    void lock_queue_of(const Thread& thread, Cpu*& cpu);
    void put(Thread& self, sched::Put why, Nanoseconds time);
    void switch_away(Cpu& cpu, Thread& self, Nanoseconds time);
    [[gnu::noinline]] void switch_away_rarely(Cpu& cpu, Thread& self, Nanoseconds time);
    void finish_switch();
    [[gnu::noinline]] void settle(Thread& left);
    void interrupt_soon();
    void set_tick(Cpu& cpu, Thread& next, Nanoseconds time);
    void on_tick(Nanoseconds time);
    void preempt();
    void request_switch(Cpu& cpu, unsigned number);
    void enqueue_locked(Cpu& cpu, Thread& thread, sched::Enqueue why, Nanoseconds time);
    Cpu& bring(Cpu& from, Thread& thread);
    [[nodiscard]] unsigned choose_cpu(const Thread& thread);
    sched::Schedulable* pull(unsigned number, std::uint32_t at_least, Nanoseconds time);
    void change(Thread& thread, Nanoseconds time);
    bool request_change(Thread& thread, const Change& wanted);
    void send(Cpu& cpu, Thread& thread, sched::Enqueue why);
    void set_up(unsigned number);
    [[noreturn]] void idle();
    [[noreturn]] static void begin(void* thread);
    void free(Thread& thread);

    PerCpu<Cpu> cpus_;
    std::atomic<sched::CpuMask> online_{0};
    SpinLock list_lock_{locks::threads::list};
    IntrusiveList<Thread> all_ __attribute__((guarded_by(list_lock_)));
    std::uint32_t last_id_ __attribute__((guarded_by(list_lock_))) = 0;
    std::uint32_t count_ __attribute__((guarded_by(list_lock_))) = 0;
};

}  // namespace phx::task
