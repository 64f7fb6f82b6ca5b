// Grace periods with real threads as CPUs, for ThreadSanitizer. Threads of the kernel are records that CPUs take from a run queue and put back,
// in the midst of read-side sections, too. What readers look at is plain memory, which the writer spoils and frees after a grace period.
#include <sync/rcu/readers.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <sync/interfaces/test_lock_class.hpp>
#include <sync/rcu_read.hpp>

namespace phx::sync {
namespace {

constexpr unsigned k_cpus = 3;
constexpr unsigned k_tasks = 7;
constexpr int k_periods = 100;
constexpr std::uint64_t k_alive = 0x600d600d;

struct Object {
    std::uint64_t state = k_alive;
};

struct Task {
    task::Thread thread;
    std::optional<RcuGuard> section;
    const Object* seen = nullptr;
};

class Machine {
public:
    Machine() {
        for (auto& task : tasks_) {
            queue_.push_back(&task);
        }
        pointer_.publish(new Object);
    }
    ~Machine() { delete pointer_.read(); }

    void run() {
        std::vector<std::thread> cpus;
        for (unsigned cpu = 0; cpu < k_cpus; ++cpu) {
            cpus.emplace_back([this, cpu] { run_cpu(cpu); });
        }
        for (int i = 0; i < k_periods; ++i) {
            Object* const old = pointer_.publish(new Object);
            wait_for_readers();
            old->state = 0;
            delete old;
        }
        stop_ = true;
        for (auto& cpu : cpus) {
            cpu.join();
        }
        EXPECT_FALSE(readers_.any());
        EXPECT_GT(preempted_, 0U);
    }

private:
    // As PreemptibleRcu does it.
    void wait_for_readers() {
        ask();
        const std::uint64_t period = readers_.begin_period();
        while (readers_.any_before(period)) {
            std::this_thread::yield();
            ask();
        }
    }
    void ask() {
        for (unsigned cpu = 0; cpu < k_cpus; ++cpu) {
            asked_[cpu].store(true, std::memory_order_release);
        }
        for (unsigned cpu = 0; cpu < k_cpus; ++cpu) {
            while (asked_[cpu].load(std::memory_order_acquire)) {
                std::this_thread::yield();
            }
        }
    }
    void take_interrupt(unsigned cpu) {
        if (asked_[cpu].load(std::memory_order_acquire)) {
            Readers::look_here(&readers_);
            asked_[cpu].store(false, std::memory_order_release);
        }
    }

    void run_cpu(unsigned cpu) {
        std::mt19937 random{cpu};
        task::Thread idle;
        idle.place(cpu);
        arch::set_current(&idle);
        while (!stop_) {
            if (Task* const task = take()) {
                task->thread.place(cpu);
                arch::set_current(&task->thread);
                for (unsigned steps = random() % 8; steps > 0; --steps) {
                    step(*task, random());
                    take_interrupt(cpu);
                }
                put(*task, idle);
            }
            take_interrupt(cpu);
        }
        finish(idle);
        asked_[cpu] = false;
    }
    void step(Task& task, unsigned chance) {
        if (!task.section) {
            task.section.emplace();
            task.seen = pointer_.read();
            return;
        }
        EXPECT_EQ(task.seen->state, k_alive);
        if (chance % 16 == 0) {
            task.section.reset();
        }
    }
    Task* take() {
        const std::lock_guard guard{lock_};
        if (queue_.empty()) {
            return nullptr;
        }
        Task* const task = queue_.front();
        queue_.pop_front();
        return task;
    }
    // As KernelThreads::switch_away does it.
    void put(Task& task, task::Thread& idle) {
        const std::lock_guard guard{lock_};
        preempted_ += task.section ? 1 : 0;
        if (is_reading_rcu(task.thread) || task.thread.rcu.listed) {
            readers_.look_at(task.thread);
        }
        arch::set_current(&idle);
        queue_.push_back(&task);
    }
    void finish(task::Thread& idle) {
        while (Task* const task = take()) {
            arch::set_current(&task->thread);
            task->section.reset();
            readers_.look_at(task->thread);
            arch::set_current(&idle);
        }
        arch::set_current(&arch::host::first_head);
    }

    static constexpr LockClass k_class = TestLockClass::make("readers");
    Readers readers_{k_class};
    RcuPointer<Object> pointer_;
    std::array<Task, k_tasks> tasks_;
    std::mutex lock_;
    std::deque<Task*> queue_;
    std::array<std::atomic<bool>, k_cpus> asked_{};
    std::atomic<bool> stop_{false};
    unsigned preempted_ = 0;
};

TEST(ReadersRace, NobodySeesWhatHasBeenTakenAway) {
    if constexpr (types::CpuModel::max_cpus < k_cpus) {
        GTEST_SKIP() << "for several CPUs";
    }
    Machine{}.run();
}

}  // namespace
}  // namespace phx::sync
