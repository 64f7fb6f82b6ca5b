// Random arming, cancelling and passing of time on some CPUs, against a std::multimap for each. When timers expire they do
// what a plan says that was made beforehand and that both sides follow. One host thread plays all CPUs. For the
// properties of timer_queue in graphs for one CPU and for several.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <arch/thread_head.hpp>
#include <time/timer_queue/timer_queue.hpp>
#include <wiring.hpp>

namespace phx::time::planned {

inline constexpr std::size_t k_timers = 12;
inline constexpr std::int64_t k_never = std::numeric_limits<std::int64_t>::max();

// What a timer does each time it expires, on that CPU, or as if on another while on_expired is running.
struct Plan {
    enum class Kind : std::uint8_t { nothing, again, cancel_other, cancel_sync_other, arm_other };
    Kind kind = Kind::nothing;
    std::size_t other = 0;
    std::int64_t delay = 0;
    std::optional<unsigned> from;  // another CPU
};

struct Expiry {
    std::size_t timer;
    unsigned cpu;
    std::int64_t now;
    bool operator==(const Expiry&) const = default;
};

class OnCpu {
public:
    explicit OnCpu(unsigned cpu) : before_{arch::current()->cpu} { arch::current()->cpu = cpu; }
    ~OnCpu() { arch::current()->cpu = before_; }
    OnCpu(const OnCpu&) = delete;
    OnCpu& operator=(const OnCpu&) = delete;

private:
    unsigned before_;
};

class World;

class PlannedTimer final : public Timer {
public:
    PlannedTimer(World& world, std::size_t index) : Timer{"t"}, world_{world}, index_{index} {}
    void on_expired(Nanoseconds now) override;

private:
    World& world_;
    std::size_t index_;
};

class World {
public:
    explicit World(std::vector<Plan> plans) : plans{std::move(plans)} {
        wiring::fake_event_timer.reset();
        for (std::size_t i = 0; i < k_timers; ++i) {
            timers.push_back(std::make_unique<PlannedTimer>(*this, i));
        }
    }
    ~World() {
        for (const auto& timer : timers) {
            queue.cancel_sync(*timer);
        }
    }

    std::vector<Plan> plans;
    TimerQueue queue;
    std::vector<std::unique_ptr<PlannedTimer>> timers;
    std::vector<Expiry> journal;
};

inline void PlannedTimer::on_expired(Nanoseconds now) {
    const Plan& plan = world_.plans[index_];
    world_.journal.push_back({index_, arch::current()->cpu, now.count()});
    const OnCpu there{plan.from.value_or(arch::current()->cpu)};
    switch (plan.kind) {
    case Plan::Kind::nothing:
        break;
    case Plan::Kind::again:
        world_.queue.arm(*this, now + Nanoseconds{plan.delay});
        break;
    case Plan::Kind::cancel_other:
        world_.queue.cancel(*world_.timers[plan.other]);
        break;
    case Plan::Kind::cancel_sync_other:
        if (plan.other != index_) {
            world_.queue.cancel_sync(*world_.timers[plan.other]);
        }
        break;
    case Plan::Kind::arm_other:
        world_.queue.arm(*world_.timers[plan.other], now + Nanoseconds{plan.delay});
        break;
    }
}

// A multimap keeps equal keys in the order of insertion, which is what Timers promises.
class Model {
public:
    struct Cpu {
        std::multimap<std::int64_t, std::size_t> armed;
        std::int64_t event = k_never;
        std::optional<std::size_t> running;
    };

    Model(std::vector<Plan> plans, unsigned cpus) : cpus(cpus), plans_{std::move(plans)} {}

    bool cancel(std::size_t timer) {
        return std::ranges::any_of(cpus, [&](Cpu& cpu) {
            return std::erase_if(cpu.armed, [&](const auto& entry) { return entry.second == timer; }) != 0;
        });
    }
    void arm(unsigned on, std::size_t timer, std::int64_t deadline) {
        cancel(timer);
        const auto busy = std::ranges::find_if(cpus, [&](const Cpu& cpu) { return cpu.running == timer; });
        Cpu& cpu = busy != cpus.end() ? *busy : cpus[on];
        cpu.armed.emplace(deadline, timer);
        if (!cpu.running) {
            cpu.event = std::min(cpu.event, deadline);
        }
    }
    void on_timer(unsigned on, std::int64_t now) {
        Cpu& cpu = cpus[on];
        for (std::size_t rounds = cpu.armed.size(); rounds > 0 && !cpu.armed.empty() && cpu.armed.begin()->first <= now;
             --rounds) {
            const std::size_t timer = cpu.armed.begin()->second;
            cpu.armed.erase(cpu.armed.begin());
            cpu.running = timer;
            journal.push_back({timer, on, now});
            follow(plans_[timer], timer, on, now);
        }
        cpu.running.reset();
        cpu.event = cpu.armed.empty() ? k_never : cpu.armed.begin()->first;
    }

    std::vector<Cpu> cpus;
    std::vector<Expiry> journal;

private:
    void follow(const Plan& plan, std::size_t timer, unsigned on, std::int64_t now) {
        switch (plan.kind) {
        case Plan::Kind::nothing:
            break;
        case Plan::Kind::again:
            arm(plan.from.value_or(on), timer, now + plan.delay);
            break;
        case Plan::Kind::cancel_sync_other:
            if (plan.other == timer) {
                break;
            }
            [[fallthrough]];
        case Plan::Kind::cancel_other:
            cancel(plan.other);
            break;
        case Plan::Kind::arm_other:
            arm(plan.from.value_or(on), plan.other, now + plan.delay);
            break;
        }
    }

    std::vector<Plan> plans_;
};

inline std::vector<Plan> random_plans(unsigned cpus) {
    std::vector<Plan> plans(k_timers);
    for (Plan& plan : plans) {
        plan.kind = static_cast<Plan::Kind>(*rc::gen::inRange(0, 5));
        plan.other = *rc::gen::inRange<std::size_t>(0, k_timers);
        plan.delay = *rc::gen::inRange<std::int64_t>(-3, 30);
        const unsigned from = *rc::gen::inRange(0U, 2 * cpus);
        if (from < cpus) {
            plan.from = from;
        }
    }
    return plans;
}

inline void compare(World& world, const Model& model) {
    RC_ASSERT(world.journal == model.journal);
    RC_ASSERT(world.queue.expired() == model.journal.size());
    struct Entry {
        std::int64_t deadline;
        unsigned cpu;
        bool operator==(const Entry&) const = default;
    };
    std::multimap<std::int64_t, Entry> by_deadline;
    for (unsigned cpu = 0; cpu < model.cpus.size(); ++cpu) {
        const Model::Cpu& there = model.cpus[cpu];
        for (const auto& [deadline, timer] : there.armed) {
            RC_ASSERT(world.timers[timer]->is_armed());
            by_deadline.emplace(deadline, Entry{deadline, cpu});
        }
        const OnCpu on{cpu};
        const auto event = wiring::fake_event_timer.armed();
        RC_ASSERT(event.value_or(Nanoseconds{k_never}) == Nanoseconds{there.event});
    }
    RC_ASSERT(world.queue.pending() == by_deadline.size());
    std::vector<Entry> expected;
    for (const auto& [deadline, entry] : by_deadline) {
        expected.push_back(entry);
    }
    std::array<TimerInfo, k_timers> room;
    std::vector<Entry> listed;
    for (const TimerInfo& info : world.queue.list(room)) {
        listed.push_back({info.deadline.count(), info.cpu});
    }
    RC_ASSERT(listed == expected);
    expected.resize(std::min<std::size_t>(expected.size(), 3));
    listed.clear();
    for (const TimerInfo& info : world.queue.list(std::span{room}.first(3))) {
        listed.push_back({info.deadline.count(), info.cpu});
    }
    RC_ASSERT(listed == expected);
}

inline void run(unsigned cpus) {
    const std::vector<Plan> plans = random_plans(cpus);
    World world{plans};
    Model model{plans, cpus};
    std::int64_t now = 0;
    const int steps = *rc::gen::inRange(0, 120);
    for (int step = 0; step < steps; ++step) {
        const unsigned cpu = *rc::gen::inRange(0U, cpus);
        const OnCpu on{cpu};
        const std::size_t timer = *rc::gen::inRange<std::size_t>(0, k_timers);
        switch (*rc::gen::inRange(0, 5)) {
        case 0:
        case 1: {
            const std::int64_t deadline = now + *rc::gen::inRange<std::int64_t>(-5, 25);
            world.queue.arm(*world.timers[timer], Nanoseconds{deadline});
            model.arm(cpu, timer, deadline);
            break;
        }
        case 2:
            RC_ASSERT(world.queue.cancel(*world.timers[timer]) == model.cancel(timer));
            break;
        case 3:
            RC_ASSERT(world.queue.cancel_sync(*world.timers[timer]) == model.cancel(timer));
            break;
        default:
            now += *rc::gen::inRange<std::int64_t>(0, 20);
            if (wiring::fake_event_timer.fire(Nanoseconds{now})) {
                world.queue.on_timer(Nanoseconds{now});
                model.on_timer(cpu, now);
            }
        }
        compare(world, model);
    }
}

}  // namespace phx::time::planned
