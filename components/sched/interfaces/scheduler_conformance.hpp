// What every Scheduler must do. Traits is default-constructible and gives a fresh, ready provider for 8 CPUs through `provider()`; the
// provider lives as long as the Traits.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include <sched/interfaces/scheduler.hpp>

namespace phx::sched {

template <class Traits>
class SchedulerConformance : public ::testing::Test {
protected:
    using Provider = std::remove_reference_t<decltype(std::declval<Traits&>().provider())>;
    static_assert(Scheduler<Provider>);
    static constexpr unsigned k_cpus = 8;
    static constexpr Nanoseconds k_millisecond{1'000'000};

    Provider& sched() { return traits_.provider(); }

    // A thread that has been attached, but is in no queue.
    Schedulable& thread(Attributes attributes = {}) {
        Schedulable& made = threads_.emplace_back();
        made.attributes = attributes;
        sched().attach(made, now_);
        return made;
    }
    Schedulable& queued(unsigned cpu = 0, Attributes attributes = {}) {
        Schedulable& made = thread(attributes);
        enqueue(cpu, made, Enqueue::created);
        return made;
    }
    void enqueue(unsigned cpu, Schedulable& thread, Enqueue why) {
        thread.cpu = cpu;
        sched().enqueue(cpu, thread, why, now_);
    }
    Schedulable* pick(unsigned cpu = 0) { return sched().pick(cpu, now_); }
    void put(Schedulable& thread, Put why) { sched().put(thread.cpu, thread, why, now_); }
    void pass(Nanoseconds time) { now_ = now_ + time; }

    // Lets CPU 0 run for `time`, as the owner of threads would, and adds up what each thread got. Something is running.
    Schedulable& run(Schedulable& first, Nanoseconds time, std::map<Schedulable*, std::int64_t>& got) {
        Schedulable* running = &first;
        const Nanoseconds end = now_ + time;
        int idle_ticks = 0;
        while (now_ < end) {
            const Nanoseconds event = std::clamp(sched().next_event(0, *running, now_), now_, end);
            got[running] += (event - now_).count();
            idle_ticks = event == now_ ? idle_ticks + 1 : 0;
            EXPECT_LT(idle_ticks, 100) << "ticks that let no time pass";
            now_ = event;
            if (now_ < end && sched().tick(0, *running, now_)) {
                put(*running, Put::preempted);
                running = pick();
                EXPECT_NE(running, nullptr);
            }
            if (running == nullptr || idle_ticks >= 100) {
                break;
            }
        }
        return *running;
    }

    Nanoseconds now_{1'000'000'000};

private:
    Traits traits_;
    std::deque<Schedulable> threads_;
};

TYPED_TEST_SUITE_P(SchedulerConformance);

TYPED_TEST_P(SchedulerConformance, HasNothingToRunAtFirst) {
    for (unsigned cpu = 0; cpu < TestFixture::k_cpus; ++cpu) {
        EXPECT_EQ(this->pick(cpu), nullptr);
        EXPECT_FALSE(this->sched().runnable(cpu));
        EXPECT_EQ(this->sched().count(cpu), 0U);
        EXPECT_EQ(this->sched().load(cpu), 0U);
        EXPECT_EQ(this->sched().candidate(cpu, 0), nullptr);
    }
}

TYPED_TEST_P(SchedulerConformance, RunsEachThreadOnce) {
    std::set<Schedulable*> expected;
    for (int i = 0; i < 100; ++i) {
        expected.insert(&this->queued());
    }
    EXPECT_EQ(this->sched().count(0), 100U);
    EXPECT_EQ(this->sched().load(0), 100U * 1024);
    std::set<Schedulable*> seen;
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(this->sched().runnable(0));
        Schedulable* const picked = this->pick();
        ASSERT_NE(picked, nullptr);
        EXPECT_TRUE(seen.insert(picked).second);
        EXPECT_EQ(this->sched().count(0), 100U - static_cast<unsigned>(i)) << "who runs still counts";
        EXPECT_EQ(this->sched().load(0), (100U - static_cast<unsigned>(i)) * 1024);
        this->pass(Nanoseconds{1000});
        this->put(*picked, Put::blocked);
    }
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(this->pick(), nullptr);
    EXPECT_EQ(this->sched().load(0), 0U);
}

TYPED_TEST_P(SchedulerConformance, WhoWaitsIsNotRunUntilItIsWoken) {
    Schedulable& a = this->queued();
    ASSERT_EQ(this->pick(), &a);
    this->put(a, Put::blocked);
    EXPECT_EQ(this->pick(), nullptr);
    EXPECT_FALSE(this->sched().runnable(0));
    this->pass(TestFixture::k_millisecond);
    this->enqueue(0, a, Enqueue::woken);
    EXPECT_TRUE(this->sched().runnable(0));
    EXPECT_EQ(this->pick(), &a);
    EXPECT_FALSE(this->sched().runnable(0)) << "it runs, it is not queued";
}

TYPED_TEST_P(SchedulerConformance, AYieldLetsAnEqualRun) {
    Schedulable& a = this->queued();
    Schedulable& b = this->queued();
    Schedulable* running = this->pick();
    ASSERT_TRUE(running == &a || running == &b);
    std::map<Schedulable*, int> turns;
    for (int i = 0; i < 100; ++i) {
        this->pass(Nanoseconds{100});
        this->put(*running, Put::yielded);
        running = this->pick();
        ASSERT_NE(running, nullptr);
        ++turns[running];
    }
    EXPECT_GE(turns[&a], 40);
    EXPECT_GE(turns[&b], 40);
}

TYPED_TEST_P(SchedulerConformance, AYieldThatFindsNobodyStays) {
    Schedulable& a = this->queued();
    ASSERT_EQ(this->pick(), &a);
    for (int i = 0; i < 10; ++i) {
        this->put(a, Put::yielded);
        EXPECT_EQ(this->pick(), &a);
    }
    EXPECT_EQ(this->sched().count(0), 1U);
}

TYPED_TEST_P(SchedulerConformance, DequeuedThreadsAreNotRun) {
    Schedulable& a = this->queued();
    Schedulable& b = this->queued();
    Schedulable& c = this->queued();
    this->sched().dequeue(0, b, this->now_);
    EXPECT_EQ(this->sched().count(0), 2U);
    EXPECT_EQ(this->sched().load(0), 2U * 1024);
    std::set<Schedulable*> seen;
    while (Schedulable* const picked = this->pick()) {
        seen.insert(picked);
    }
    EXPECT_EQ(seen, (std::set{&a, &c}));
}

TYPED_TEST_P(SchedulerConformance, AloneItNeedsNoTick) {
    Schedulable& a = this->queued();
    ASSERT_EQ(this->pick(), &a);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(this->sched().next_event(0, a, this->now_), never);
        this->pass(Nanoseconds{1'000'000'000});
        EXPECT_FALSE(this->sched().tick(0, a, this->now_));
    }
}

TYPED_TEST_P(SchedulerConformance, EqualsShareOrNobodyIsInterrupted) {
    for (int i = 0; i < 5; ++i) {
        this->queued();
    }
    std::map<Schedulable*, std::int64_t> got;
    this->run(*this->pick(), Nanoseconds{5'000'000'000}, got);
    if (!TestFixture::Provider::preemptive) {
        EXPECT_EQ(got.size(), 1U);
        return;
    }
    ASSERT_EQ(got.size(), 5U);
    for (const auto& [thread, time] : got) {
        EXPECT_NEAR(static_cast<double>(time), 1e9, 2e7);
    }
}

TYPED_TEST_P(SchedulerConformance, WhoComesLaterGetsItsTurn) {
    if (!TestFixture::Provider::preemptive) {
        GTEST_SKIP() << "not preemptive";
    }
    Schedulable& first = this->queued();
    ASSERT_EQ(this->pick(), &first);
    std::map<Schedulable*, std::int64_t> got;
    this->run(first, Nanoseconds{60'000'000'000}, got);
    for (const Enqueue why : {Enqueue::created, Enqueue::woken, Enqueue::migrated, Enqueue::changed}) {
        Schedulable& late = this->thread();
        this->enqueue(0, late, why);
        got.clear();
        Schedulable& now_running = this->run(first, Nanoseconds{2'000'000'000}, got);
        EXPECT_NEAR(static_cast<double>(got[&late]), 1e9, 1e8) << "why " << static_cast<int>(why);
        EXPECT_NEAR(static_cast<double>(got[&first]), 1e9, 1e8) << "why " << static_cast<int>(why);
        if (&now_running == &late) {
            this->put(late, Put::blocked);
            ASSERT_EQ(this->pick(), &first);
        } else {
            this->sched().dequeue(0, late, this->now_);
        }
    }
}

TYPED_TEST_P(SchedulerConformance, CandidatesMayRunThereAndStayQueued) {
    Schedulable& runs = this->queued();
    ASSERT_EQ(this->pick(), &runs);
    EXPECT_EQ(this->sched().candidate(0, 1), nullptr) << "who runs can not be moved";
    for (int i = 0; i < 40; ++i) {
        this->queued().affinity = 0b0101;
    }
    EXPECT_EQ(this->sched().candidate(0, 1), nullptr);
    Schedulable& free = this->queued();
    for (int i = 0; i < 40; ++i) {
        this->queued().affinity = 0b0101;
    }
    EXPECT_EQ(this->sched().candidate(0, 1), &free);
    EXPECT_NE(this->sched().candidate(0, 2), nullptr);
    EXPECT_EQ(this->sched().count(0), 82U);
    this->sched().dequeue(0, free, this->now_);
    this->enqueue(1, free, Enqueue::migrated);
    EXPECT_EQ(this->sched().candidate(0, 1), nullptr);
    EXPECT_EQ(this->pick(1), &free);
}

TYPED_TEST_P(SchedulerConformance, CpusKeepApart) {
    std::vector<Schedulable*> one(TestFixture::k_cpus);
    for (unsigned cpu = 0; cpu < TestFixture::k_cpus; ++cpu) {
        one[cpu] = &this->queued(cpu);
    }
    for (unsigned cpu = 0; cpu < TestFixture::k_cpus; ++cpu) {
        EXPECT_EQ(this->sched().count(cpu), 1U);
        EXPECT_EQ(this->sched().load(cpu), 1024U);
        EXPECT_EQ(this->pick(cpu), one[cpu]);
        EXPECT_EQ(this->pick(cpu), nullptr);
        EXPECT_EQ(this->sched().next_event(cpu, *one[cpu], this->now_), never);
    }
}

TYPED_TEST_P(SchedulerConformance, EveryPolicyAndPriorityRuns) {
    std::vector<Attributes> all;
    for (std::int8_t nice = -20; nice <= 19; ++nice) {
        all.push_back({Policy::normal, nice, 0});
        all.push_back({Policy::batch, nice, 0});
    }
    all.push_back({Policy::idle, 0, 0});
    for (std::uint8_t priority = 1; priority <= 99; ++priority) {
        all.push_back({Policy::fifo, 0, priority});
        all.push_back({Policy::round_robin, 0, priority});
    }
    std::set<Schedulable*> expected;
    std::uint64_t load = 0;
    for (const Attributes& each : all) {
        expected.insert(&this->queued(0, each));
        EXPECT_GT(this->sched().load(0), load);
        load = this->sched().load(0);
    }
    EXPECT_EQ(this->sched().count(0), all.size());
    std::set<Schedulable*> seen;
    while (Schedulable* const picked = this->pick()) {
        seen.insert(picked);
        this->pass(TestFixture::k_millisecond);
        this->put(*picked, Put::blocked);
        EXPECT_LT(this->sched().load(0), load);
        load = this->sched().load(0);
    }
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(load, 0U);
}

TYPED_TEST_P(SchedulerConformance, AttributesChange) {
    Schedulable& a = this->queued();
    Schedulable& b = this->queued();
    const Attributes steps[] = {{Policy::normal, -20, 0}, {Policy::round_robin, 0, 50}, {Policy::fifo, 0, 99}, {Policy::idle, 0, 0},
                                {Policy::batch, 19, 0},   {Policy::fifo, 0, 1},         {Policy::normal, 0, 0}};
    for (const Attributes& step : steps) {
        Schedulable* const running = this->pick();
        ASSERT_TRUE(running == &a || running == &b);
        Schedulable& waiting = running == &a ? b : a;
        this->pass(TestFixture::k_millisecond);
        this->put(*running, Put::blocked);
        this->sched().dequeue(0, waiting, this->now_);
        EXPECT_EQ(this->sched().load(0), 0U);
        for (Schedulable* const thread : {&a, &b}) {
            const bool another_class = thread->attributes.is_real_time() != step.is_real_time();
            thread->attributes = step;
            if (another_class) {
                this->sched().attach(*thread, this->now_);
            }
            this->enqueue(0, *thread, Enqueue::changed);
        }
        EXPECT_EQ(this->sched().count(0), 2U);
    }
    EXPECT_EQ(this->sched().load(0), 2048U);
    EXPECT_NE(this->pick(), this->pick());
    EXPECT_EQ(this->pick(), nullptr);
}

// Random calls that the contract allows, on 8 CPUs: no thread is lost, none is in two places, the figures agree.
TYPED_TEST_P(SchedulerConformance, LosesAndDoublesNobody) {
    enum class Where : std::uint8_t { nowhere, queued, running };
    struct Known {
        Schedulable* thread;
        Where where = Where::nowhere;
        bool fresh = true;
    };
    std::mt19937 random{42};
    const auto below = [&](std::size_t n) { return static_cast<unsigned>(random() % n); };
    std::vector<Known> known;
    std::map<const Schedulable*, std::size_t> index;
    for (std::size_t i = 0; i < 200; ++i) {
        const std::int8_t nice = static_cast<std::int8_t>(static_cast<int>(below(40)) - 20);
        Attributes attributes{static_cast<Policy>(below(3)), nice, 0};
        if (below(4) == 0) {
            attributes = {below(2) == 0 ? Policy::fifo : Policy::round_robin, 0, static_cast<std::uint8_t>(1 + below(99))};
        }
        known.push_back({&this->thread(attributes)});
        index[known.back().thread] = i;
    }
    std::vector<Schedulable*> current(TestFixture::k_cpus);
    std::vector<std::uint32_t> counts(TestFixture::k_cpus);
    for (int step = 0; step < 50'000; ++step) {
        this->pass(Nanoseconds{static_cast<std::int64_t>(below(2'000'000))});
        const unsigned cpu = below(TestFixture::k_cpus);
        Known& one = known[below(known.size())];
        if (one.where == Where::nowhere) {
            this->enqueue(cpu, *one.thread, one.fresh ? Enqueue::created : Enqueue::woken);
            one.where = Where::queued;
            one.fresh = false;
            ++counts[cpu];
            if (current[cpu] != nullptr) {
                this->sched().preempts(cpu, *one.thread, *current[cpu], this->now_);
            }
        } else if (one.where == Where::queued && below(4) == 0) {
            this->sched().dequeue(one.thread->cpu, *one.thread, this->now_);
            --counts[one.thread->cpu];
            ++counts[cpu];
            this->enqueue(cpu, *one.thread, Enqueue::migrated);
        }
        if (current[cpu] == nullptr || this->sched().tick(cpu, *current[cpu], this->now_) || below(2) == 0) {
            if (Schedulable* const running = current[cpu]) {
                const Put why = static_cast<Put>(below(3));
                this->put(*running, why);
                known[index.at(running)].where = why == Put::blocked ? Where::nowhere : Where::queued;
                counts[cpu] -= why == Put::blocked ? 1 : 0;
            }
            const bool some = this->sched().runnable(cpu);
            current[cpu] = this->pick(cpu);
            ASSERT_EQ(current[cpu] != nullptr, some);
            ASSERT_EQ(current[cpu] != nullptr, counts[cpu] > 0);
            if (current[cpu] != nullptr) {
                Known& picked = known[index.at(current[cpu])];
                ASSERT_EQ(picked.where, Where::queued);
                ASSERT_EQ(picked.thread->cpu, cpu);
                picked.where = Where::running;
            }
        }
        ASSERT_EQ(this->sched().count(cpu), counts[cpu]);
        ASSERT_EQ(this->sched().load(cpu) == 0, counts[cpu] == 0);
    }
}

REGISTER_TYPED_TEST_SUITE_P(SchedulerConformance, HasNothingToRunAtFirst, RunsEachThreadOnce, WhoWaitsIsNotRunUntilItIsWoken,
                            AYieldLetsAnEqualRun, AYieldThatFindsNobodyStays, DequeuedThreadsAreNotRun, AloneItNeedsNoTick,
                            EqualsShareOrNobodyIsInterrupted, WhoComesLaterGetsItsTurn, CandidatesMayRunThereAndStayQueued,
                            CpusKeepApart, EveryPolicyAndPriorityRuns, AttributesChange, LosesAndDoublesNobody);

}  // namespace phx::sched
