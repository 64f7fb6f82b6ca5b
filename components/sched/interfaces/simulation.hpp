// A machine of 1 to 8 CPUs that lives on events, for tests of schedulers on the host. It does with threads what their owner in a kernel does
// (wakes, preempts, ticks exactly when the scheduler asks for it, pulls to idle CPUs, balances every few milliseconds), only that switching
// takes no time; and it holds a model of where each thread is, against which every answer of the scheduler is checked.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sched/interfaces/scheduler.hpp>

namespace phx::sched {

inline constexpr std::int64_t k_ms = 1'000'000;  // in ns, as all times here

// What a thread does, over and over: runs, then yields or sleeps. `run.second` 0: runs for ever.
struct Behaviour {
    std::pair<std::int64_t, std::int64_t> run{0, 0};
    std::pair<std::int64_t, std::int64_t> sleep{0, 0};
    unsigned yields_percent = 0;
};

struct SimulatedThread : Schedulable {
    enum class Where : std::uint8_t { asleep, queued, running };

    Behaviour behaviour;
    std::size_t number = 0;
    Where where = Where::asleep;
    bool created = false;
    std::uint64_t weight = 0;          // that counts for load now
    std::int64_t burst = INT64_MAX;    // what is left of its run
    std::int64_t queued_at = 0;
    std::int64_t may_wait = INT64_MAX;
    // Results.
    std::int64_t got = 0;
    std::int64_t longest_wait = 0;
    std::uint64_t turns = 0;
};

template <Scheduler S>
class Simulation {
public:
    // `weight`: what a thread should count for. `may_wait`: how long a thread that is queued now may wait until it runs.
    using WeightOf = std::function<std::uint64_t(const Attributes&)>;
    using MayWait = std::function<std::int64_t(const SimulatedThread&)>;

    Simulation(S& scheduler, unsigned cpus, std::uint64_t seed, WeightOf weight, MayWait may_wait = {})
        : scheduler_{scheduler}, cpus_(cpus), random_{seed}, weight_{std::move(weight)}, may_wait_{std::move(may_wait)} {}
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    bool checks_urgency = false;  // whether real-time threads come first

    // It starts to run `after` from now.
    SimulatedThread& add(const Attributes& attributes, const Behaviour& behaviour, std::int64_t after = 0, CpuMask affinity = ~CpuMask{0}) {
        SimulatedThread& thread = threads_.emplace_back();
        thread.attributes = attributes;
        thread.affinity = affinity;
        thread.behaviour = behaviour;
        thread.number = threads_.size() - 1;
        scheduler_.attach(thread, now());
        wakes_.push({now_ + after, thread.number});
        return thread;
    }

    // Goes on until then, or until something is wrong: see `failure`.
    void run(std::int64_t duration) {
        const std::int64_t end = now_ + duration;
        while (failure_.empty()) {
            const auto [time, what] = next();
            if (time > end) {
                break;
            }
            if (time == now_ && ++same_time_ > 1000 + 10 * threads_.size()) {
                fail("time stands still");
            } else if (time > now_) {
                same_time_ = 0;
            }
            now_ = time;
            what == k_wake ? wake() : what == k_balance ? balance() : on_cpu(what);
        }
        now_ = end;
        for (unsigned cpu = 0; cpu < cpus_.size(); ++cpu) {
            account(cpu);
        }
        for (const SimulatedThread& thread : threads_) {
            if (thread.where == SimulatedThread::Where::queued) {
                check_wait(thread);
            }
        }
    }

    // Other attributes for a thread, wherever it is.
    void change(SimulatedThread& thread, const Attributes& attributes) {
        const auto was = thread.where;
        const unsigned cpu = thread.cpu;
        if (was == SimulatedThread::Where::running) {
            account(cpu);
            scheduler_.put(cpu, thread, Put::blocked, now());
            cpus_[cpu].running = nullptr;
        } else if (was == SimulatedThread::Where::queued) {
            take_off(thread);
            scheduler_.dequeue(cpu, thread, now());
        }
        const bool another_class = thread.attributes.is_real_time() != attributes.is_real_time();
        thread.attributes = attributes;
        if (another_class) {
            scheduler_.attach(thread, now());
        }
        if (was == SimulatedThread::Where::asleep) {
            return;
        }
        count_out(thread);
        enqueue(thread, cpu, Enqueue::changed);
        if (was == SimulatedThread::Where::running) {
            start(cpu);
        } else {
            settle(cpu, thread);
        }
    }

    [[nodiscard]] std::deque<SimulatedThread>& threads() { return threads_; }
    [[nodiscard]] const std::string& failure() const { return failure_; }  // empty: none
    [[nodiscard]] std::int64_t idle(unsigned cpu) const { return cpus_[cpu].idle; }
    [[nodiscard]] std::uint64_t switches() const { return switches_; }
    [[nodiscard]] std::uint64_t migrations() const { return migrations_; }

private:
    static constexpr unsigned k_wake = 100;
    static constexpr unsigned k_balance = 101;
    static constexpr std::int64_t k_balance_period = 4 * k_ms;

    struct Cpu {
        SimulatedThread* running = nullptr;
        std::int64_t since = 0;  // until when time is in got and idle
        std::int64_t event = INT64_MAX;
        std::int64_t idle = 0;
        std::uint32_t count = 0;
        std::uint32_t queued = 0;
        std::uint64_t load = 0;
        std::multiset<unsigned> urgent;  // priorities of the queued real-time threads
    };

    [[nodiscard]] Nanoseconds now() const { return Nanoseconds{now_}; }
    std::int64_t between(std::pair<std::int64_t, std::int64_t> range) {
        return range.first + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(range.second - range.first + 1));
    }
    void fail(const std::string& what) {
        if (failure_.empty()) {
            failure_ = what + " at " + std::to_string(now_) + " ns";
        }
    }

    [[nodiscard]] std::pair<std::int64_t, unsigned> next() const {
        std::pair<std::int64_t, unsigned> best{next_balance_, k_balance};
        if (!wakes_.empty() && wakes_.top().first < best.first) {
            best = {wakes_.top().first, k_wake};
        }
        for (unsigned number = 0; number < cpus_.size(); ++number) {
            const Cpu& cpu = cpus_[number];
            if (cpu.running != nullptr) {
                const std::int64_t burst = cpu.running->burst;
                const std::int64_t end = std::min(cpu.event, burst == INT64_MAX ? burst : cpu.since + burst);
                best = std::min(best, {std::max(end, now_), number});
            }
        }
        return best;
    }

    void account(unsigned number) {
        Cpu& cpu = cpus_[number];
        const std::int64_t passed = now_ - cpu.since;
        cpu.since = now_;
        if (cpu.running == nullptr) {
            cpu.idle += passed;
            return;
        }
        cpu.running->got += passed;
        if (cpu.running->burst != INT64_MAX) {
            cpu.running->burst -= passed;
        }
    }

    // The end of a run, or a tick.
    void on_cpu(unsigned number) {
        account(number);
        SimulatedThread& running = *cpus_[number].running;
        if (running.burst <= 0) {
            const bool yields = between({0, 99}) < running.behaviour.yields_percent;
            new_burst(running);
            if (yields) {
                stop(number, Put::yielded);
            } else {
                stop(number, Put::blocked);
                wakes_.push({now_ + between(running.behaviour.sleep), running.number});
            }
            start(number);
        } else if (scheduler_.tick(number, running, now())) {
            if (!S::preemptive) {
                fail("asks for a switch, although not preemptive");
            }
            stop(number, Put::preempted);
            start(number);
        } else {
            refresh(number);
        }
    }

    void new_burst(SimulatedThread& thread) {
        thread.burst = thread.behaviour.run.second == 0 ? INT64_MAX : between(thread.behaviour.run);
    }

    void wake() {
        SimulatedThread& thread = threads_[wakes_.top().second];
        wakes_.pop();
        const Enqueue why = thread.created ? Enqueue::woken : Enqueue::created;
        if (!thread.created) {
            new_burst(thread);
        }
        thread.created = true;
        const unsigned cpu = choose(thread);
        enqueue(thread, cpu, why);
        settle(cpu, thread);
    }

    // After `thread` was queued there.
    void settle(unsigned number, SimulatedThread& thread) {
        Cpu& cpu = cpus_[number];
        account(number);
        if (cpu.running == nullptr) {
            start(number);
        } else if (scheduler_.preempts(number, thread, *cpu.running, now())) {
            if (!S::preemptive) {
                fail("preempts, although not preemptive");
            }
            stop(number, Put::preempted);
            start(number);
        } else {
            refresh(number);
        }
    }

    [[nodiscard]] static bool may(const SimulatedThread& thread, unsigned cpu) { return (thread.affinity >> cpu & 1) != 0; }

    // Where it was if that is idle, else another idle CPU, else the one with the fewest threads.
    [[nodiscard]] unsigned choose(const SimulatedThread& thread) const {
        unsigned best = UINT32_MAX;
        for (unsigned i = 0; i < cpus_.size(); ++i) {
            const unsigned cpu = (thread.cpu + i) % static_cast<unsigned>(cpus_.size());
            if (may(thread, cpu) && (best == UINT32_MAX || cpus_[cpu].count < cpus_[best].count)) {
                best = cpu;
            }
        }
        return best;
    }

    void count_out(SimulatedThread& thread) {
        Cpu& cpu = cpus_[thread.cpu];
        --cpu.count;
        cpu.load -= thread.weight;
    }
    void put_on(SimulatedThread& thread) {
        Cpu& cpu = cpus_[thread.cpu];
        ++cpu.queued;
        thread.where = SimulatedThread::Where::queued;
        if (thread.attributes.is_real_time()) {
            cpu.urgent.insert(thread.attributes.priority);
        }
        thread.queued_at = now_;
        thread.may_wait = may_wait_ ? may_wait_(thread) : INT64_MAX;
    }
    void take_off(SimulatedThread& thread) {
        Cpu& cpu = cpus_[thread.cpu];
        --cpu.queued;
        if (thread.attributes.is_real_time()) {
            cpu.urgent.erase(cpu.urgent.find(thread.attributes.priority));
        }
        check_wait(thread);
    }
    void check_wait(const SimulatedThread& thread) {
        if (now_ - thread.queued_at > thread.may_wait) {
            fail("thread " + std::to_string(thread.number) + " of nice " + std::to_string(thread.attributes.nice) + " has waited for " +
                 std::to_string(now_ - thread.queued_at) + " ns, which is more than " + std::to_string(thread.may_wait));
        }
    }

    void enqueue(SimulatedThread& thread, unsigned number, Enqueue why) {
        Cpu& cpu = cpus_[number];
        thread.cpu = number;
        scheduler_.enqueue(number, thread, why, now());
        thread.weight = weight_(thread.attributes);
        ++cpu.count;
        cpu.load += thread.weight;
        put_on(thread);
        check(number);
    }

    void stop(unsigned number, Put why) {
        Cpu& cpu = cpus_[number];
        SimulatedThread& thread = *cpu.running;
        scheduler_.put(number, thread, why, now());
        cpu.running = nullptr;
        if (why == Put::blocked) {
            thread.where = SimulatedThread::Where::asleep;
            count_out(thread);
        } else {
            put_on(thread);
        }
        check(number);
    }

    void start(unsigned number) {
        Cpu& cpu = cpus_[number];
        account(number);
        if (cpu.queued == 0) {
            pull(number, 1);
        }
        if (scheduler_.runnable(number) != (cpu.queued != 0)) {
            fail("runnable is wrong");
        }
        auto* const picked = static_cast<SimulatedThread*>(scheduler_.pick(number, now()));
        if ((picked != nullptr) != (cpu.queued != 0)) {
            fail("pick is wrong about whether there is a thread");
        }
        if (picked == nullptr) {
            return;
        }
        if (picked->where != SimulatedThread::Where::queued || picked->cpu != number) {
            fail("runs a thread that is not queued there");
            return;
        }
        take_off(*picked);
        picked->where = SimulatedThread::Where::running;
        picked->longest_wait = std::max(picked->longest_wait, now_ - picked->queued_at);
        ++picked->turns;
        cpu.running = picked;
        ++switches_;
        check(number);
        refresh(number);
    }

    void refresh(unsigned number) {
        Cpu& cpu = cpus_[number];
        if (cpu.running == nullptr) {
            return;
        }
        cpu.event = scheduler_.next_event(number, *cpu.running, now()).count();
        if (cpu.count == 1 && cpu.event != INT64_MAX) {
            fail("wants a tick for a thread that runs alone");
        }
        if (!cpu.urgent.empty() && *cpu.urgent.rbegin() > cpu.running->attributes.priority && checks_urgency) {
            fail("a real-time thread waits for one that is less urgent");
        }
    }

    void check(unsigned number) {
        const Cpu& cpu = cpus_[number];
        if (scheduler_.count(number) != cpu.count) {
            fail("count is " + std::to_string(scheduler_.count(number)) + ", not " + std::to_string(cpu.count));
        }
        if (scheduler_.load(number) != cpu.load) {
            fail("load is " + std::to_string(scheduler_.load(number)) + ", not " + std::to_string(cpu.load));
        }
    }

    // To `number`, from the CPU with the most threads, if it has `more` than there are here and one that may move.
    SimulatedThread* pull(unsigned number, std::uint32_t more) {
        std::vector<unsigned> others;
        for (unsigned cpu = 0; cpu < cpus_.size(); ++cpu) {
            if (cpu != number && cpus_[cpu].queued != 0 && cpus_[cpu].count >= cpus_[number].count + more) {
                others.push_back(cpu);
            }
        }
        std::sort(others.begin(), others.end(), [&](unsigned a, unsigned b) { return cpus_[a].count > cpus_[b].count; });
        for (const unsigned from : others) {
            account(from);
            auto* const thread = static_cast<SimulatedThread*>(scheduler_.candidate(from, number));
            if (thread == nullptr) {
                continue;
            }
            if (thread->where != SimulatedThread::Where::queued || thread->cpu != from || !may(*thread, number)) {
                fail("the candidate may not be moved");
                return nullptr;
            }
            take_off(*thread);
            scheduler_.dequeue(from, *thread, now());
            count_out(*thread);
            check(from);
            refresh(from);
            const std::int64_t since = thread->queued_at;
            enqueue(*thread, number, Enqueue::migrated);
            thread->longest_wait = std::max(thread->longest_wait, now_ - since);
            ++migrations_;
            return thread;
        }
        return nullptr;
    }

    void balance() {
        next_balance_ += k_balance_period;
        for (unsigned cpu = 0; cpu < cpus_.size(); ++cpu) {
            if (SimulatedThread* const pulled = pull(cpu, 2)) {
                settle(cpu, *pulled);
            }
        }
    }

    using Wake = std::pair<std::int64_t, std::size_t>;

    S& scheduler_;
    std::vector<Cpu> cpus_;
    std::mt19937_64 random_;
    WeightOf weight_;
    MayWait may_wait_;
    std::deque<SimulatedThread> threads_;
    std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
    std::int64_t now_ = 1'000 * k_ms;
    std::int64_t next_balance_ = 1'000 * k_ms;
    std::uint64_t switches_ = 0;
    std::uint64_t migrations_ = 0;
    std::size_t same_time_ = 0;
    std::string failure_;
};

}  // namespace phx::sched
