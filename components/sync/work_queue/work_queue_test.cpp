#include <sync/work_queue/work_queue.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include <sync/completion.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::sync {
namespace {

using task::FiberMachine;

task::KernelThreads& threads() { return wiring::dut; }
WorkerPools& queue() { return wiring::work; }

void run(const std::function<void()>& body) {
    FiberMachine::run([&] {
        static const bool started = static_cast<bool>(queue().init());
        EXPECT_TRUE(started);
        body();
    });
}

class Task final : public Work {
public:
    explicit Task(std::function<void()> body) : Work{"task"}, body_{std::move(body)} {}
    void run() override { body_(); }

private:
    std::function<void()> body_;
};

class Later final : public DelayedWork {
public:
    explicit Later(std::function<void()> body) : DelayedWork{"later"}, body_{std::move(body)} {}
    void run() override { body_(); }

private:
    std::function<void()> body_;
};

Nanoseconds after(std::int64_t nanoseconds) { return wiring::fake_clock.now() + Nanoseconds{nanoseconds}; }
void sleep(std::int64_t nanoseconds) { threads().sleep_until(after(nanoseconds)); }

TEST(WorkQueue, RunsWorkOnceInOrder) {
    run([] {
        std::string journal;
        Task a{[&] { journal += 'a'; }};
        Task b{[&] { journal += 'b'; }};
        EXPECT_TRUE(queue().schedule(a));
        EXPECT_TRUE(queue().schedule(b));
        EXPECT_FALSE(queue().schedule(a)) << "it is pending";
        EXPECT_EQ(journal, "");
        queue().flush(b);
        EXPECT_EQ(journal, "ab");
        queue().flush(a);
        EXPECT_TRUE(queue().schedule(a));
        queue().flush(a);
        EXPECT_EQ(journal, "aba");
    });
}

TEST(WorkQueue, GoesOnWhileWorkSleepsUpToTheLimit) {
    run([] {
        std::string journal;
        Completion go{"go"};
        std::vector<std::unique_ptr<Task>> tasks;
        for (std::int64_t i = 0; i <= params::work_queue::max_workers; ++i) {
            tasks.push_back(std::make_unique<Task>([&] {
                journal += '<';
                go.wait();
                journal += '>';
            }));
            queue().schedule(*tasks.back());
        }
        sleep(1000);
        EXPECT_EQ(journal, "<<<<") << "one has to wait for a worker";
        EXPECT_EQ(queue().statistics().workers, params::work_queue::max_workers);
        EXPECT_EQ(queue().statistics().busy, params::work_queue::max_workers);
        go.complete_all();
        for (auto& task : tasks) {
            queue().flush(*task);
        }
        EXPECT_EQ(journal.size(), 10U);
        EXPECT_EQ(queue().statistics().busy, 0U);
    });
}

TEST(WorkQueue, NeverRunsTheSameTwiceAtOnce) {
    run([] {
        int running = 0;
        int runs = 0;
        Task task{[&] {
            EXPECT_EQ(++running, 1);
            sleep(100);
            --running;
            ++runs;
        }};
        queue().schedule(task);
        sleep(10);
        EXPECT_EQ(running, 1);
        EXPECT_TRUE(queue().schedule(task)) << "again afterwards";
        EXPECT_FALSE(queue().schedule(task));
        queue().flush(task);
        EXPECT_EQ(runs, 2);
    });
}

TEST(WorkQueue, MayFreeItselfAndScheduleItself) {
    run([] {
        bool gone = false;
        Task* selfish = nullptr;
        selfish = new Task{[&] {
            gone = true;
            delete selfish;
        }};
        queue().schedule(*selfish);
        int runs = 0;
        Task* again = nullptr;
        Task repeated{[&] {
            if (++runs < 5) {
                EXPECT_TRUE(queue().schedule(*again));
            }
        }};
        again = &repeated;
        queue().schedule(repeated);
        sleep(100);
        EXPECT_TRUE(gone);
        EXPECT_EQ(runs, 5);
    });
}

TEST(WorkQueue, CancelledWorkDoesNotRun) {
    run([] {
        int runs = 0;
        Task task{[&] {
            sleep(50);
            ++runs;
        }};
        EXPECT_FALSE(queue().cancel_sync(task));
        queue().schedule(task);
        EXPECT_TRUE(queue().cancel_sync(task));
        sleep(100);
        EXPECT_EQ(runs, 0);
        queue().schedule(task);
        sleep(10);
        queue().schedule(task);
        EXPECT_TRUE(queue().cancel_sync(task)) << "the second run was pending";
        EXPECT_EQ(runs, 1) << "the first was waited for";
        sleep(100);
        EXPECT_EQ(runs, 1);
    });
}

TEST(WorkQueue, AFlushEndsWhenItsWorkIsCancelled) {
    run([] {
        Completion go{"go"};
        std::vector<std::unique_ptr<Task>> busy;
        for (std::int64_t i = 0; i < params::work_queue::max_workers; ++i) {
            busy.push_back(std::make_unique<Task>([&] { go.wait(); }));
            queue().schedule(*busy.back());
        }
        sleep(10);
        Task victim{[] { ADD_FAILURE(); }};
        queue().schedule(victim);
        std::function<void()> flushes = [&] { queue().flush(victim); };
        const auto made = threads().create({.name = "flusher"}, [](void* f) { (*static_cast<std::function<void()>*>(f))(); }, &flushes);
        sleep(10);
        EXPECT_TRUE(queue().cancel_sync(victim));
        threads().join(**made);
        go.complete_all();
        for (auto& task : busy) {
            queue().flush(*task);
        }
    });
}

TEST(WorkQueue, DelayedWorkRunsWhenItIsTime) {
    run([] {
        std::vector<std::int64_t> times;
        const Nanoseconds start = wiring::fake_clock.now();
        Later* again = nullptr;
        Later later{[&] {
            times.push_back((wiring::fake_clock.now() - start).count());
            if (times.size() < 3) {
                EXPECT_TRUE(queue().schedule_delayed(*again, after(70)));
            }
        }};
        again = &later;
        EXPECT_TRUE(queue().schedule_delayed(later, after(500)));
        EXPECT_TRUE(queue().schedule_delayed(later, after(100))) << "moved";
        sleep(1000);
        EXPECT_EQ(times, (std::vector<std::int64_t>{100, 170, 240}));
        EXPECT_TRUE(queue().schedule_delayed(later, after(100)));
        EXPECT_TRUE(queue().cancel_sync(later));
        EXPECT_FALSE(queue().cancel_sync(later));
        sleep(1000);
        EXPECT_EQ(times.size(), 3U);
    });
}

TEST(WorkQueueDeathTest, WaitingForOneselfIsFound) {
    EXPECT_DEATH(run([] {
                     Task* self = nullptr;
                     Task task{[&] { queue().flush(*self); }};
                     self = &task;
                     queue().schedule(task);
                     queue().flush(task);
                 }),
                 "assertion failed");
}

}  // namespace
}  // namespace phx::sync
