// Random arming, cancelling and passing of time, against a std::multimap. Timers may arm themselves or cancel another
// when they expire, by a plan made beforehand that both sides follow.
#include <time/timer_queue/timer_queue.hpp>

#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <wiring.hpp>

namespace phx::time {
namespace {

constexpr std::size_t k_timers = 12;

// What a timer does each time it expires: nothing, arm itself `delay` from then, or cancel or arm another.
struct Plan {
    enum class Kind : std::uint8_t { nothing, again, cancel_other, arm_other };
    Kind kind = Kind::nothing;
    std::size_t other = 0;
    std::int64_t delay = 0;
};

struct Expiry {
    std::size_t timer;
    std::int64_t now;
    bool operator==(const Expiry&) const = default;
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
            queue.cancel(*timer);
        }
    }

    std::vector<Plan> plans;
    TimerQueue queue;
    std::vector<std::unique_ptr<PlannedTimer>> timers;
    std::vector<Expiry> journal;
};

void PlannedTimer::on_expired(Nanoseconds now) {
    world_.journal.push_back({index_, now.count()});
    const Plan& plan = world_.plans[index_];
    switch (plan.kind) {
    case Plan::Kind::nothing:
        break;
    case Plan::Kind::again:
        world_.queue.arm(*this, now + Nanoseconds{plan.delay});
        break;
    case Plan::Kind::cancel_other:
        world_.queue.cancel(*world_.timers[plan.other]);
        break;
    case Plan::Kind::arm_other:
        world_.queue.arm(*world_.timers[plan.other], now + Nanoseconds{plan.delay});
        break;
    }
}

// A multimap keeps equal keys in the order of insertion, which is what Timers promises.
class Model {
public:
    explicit Model(std::vector<Plan> plans) : plans_{std::move(plans)} {}

    bool cancel(std::size_t timer) {
        return std::erase_if(armed, [&](const auto& entry) { return entry.second == timer; }) != 0;
    }
    void arm(std::size_t timer, std::int64_t deadline) {
        cancel(timer);
        armed.emplace(deadline, timer);
    }
    void on_timer(std::int64_t now) {
        for (std::size_t rounds = armed.size(); rounds > 0 && !armed.empty() && armed.begin()->first <= now; --rounds) {
            const std::size_t timer = armed.begin()->second;
            armed.erase(armed.begin());
            journal.push_back({timer, now});
            const Plan& plan = plans_[timer];
            switch (plan.kind) {
            case Plan::Kind::nothing:
                break;
            case Plan::Kind::again:
                arm(timer, now + plan.delay);
                break;
            case Plan::Kind::cancel_other:
                cancel(plan.other);
                break;
            case Plan::Kind::arm_other:
                arm(plan.other, now + plan.delay);
                break;
            }
        }
    }

    std::multimap<std::int64_t, std::size_t> armed;
    std::vector<Expiry> journal;

private:
    std::vector<Plan> plans_;
};

std::vector<Plan> random_plans() {
    std::vector<Plan> plans(k_timers);
    for (Plan& plan : plans) {
        plan.kind = static_cast<Plan::Kind>(*rc::gen::inRange(0, 4));
        plan.other = *rc::gen::inRange<std::size_t>(0, k_timers);
        plan.delay = *rc::gen::inRange<std::int64_t>(-3, 30);
    }
    return plans;
}

void compare(World& world, const Model& model) {
    RC_ASSERT(world.journal == model.journal);
    RC_ASSERT(world.queue.pending() == model.armed.size());
    RC_ASSERT(world.queue.expired() == model.journal.size());
    std::array<TimerInfo, k_timers> room;
    const auto listed = world.queue.list(room);
    RC_ASSERT(listed.size() == model.armed.size());
    std::size_t at = 0;
    for (const auto& [deadline, timer] : model.armed) {
        RC_ASSERT(listed[at++].deadline == Nanoseconds{deadline});
        RC_ASSERT(world.timers[timer]->is_armed());
    }
    const auto event = wiring::fake_event_timer.armed();
    RC_ASSERT(event.has_value() == !model.armed.empty());
    if (event) {
        RC_ASSERT(*event == Nanoseconds{model.armed.begin()->first});
    }
}

RC_GTEST_PROP(TimerQueueProperty, BehavesLikeAMultimap, ()) {
    const std::vector<Plan> plans = random_plans();
    World world{plans};
    Model model{plans};
    std::int64_t now = 0;
    const int steps = *rc::gen::inRange(0, 120);
    for (int step = 0; step < steps; ++step) {
        const std::size_t timer = *rc::gen::inRange<std::size_t>(0, k_timers);
        switch (*rc::gen::inRange(0, 4)) {
        case 0:
        case 1: {
            const std::int64_t deadline = now + *rc::gen::inRange<std::int64_t>(-5, 25);
            world.queue.arm(*world.timers[timer], Nanoseconds{deadline});
            model.arm(timer, deadline);
            break;
        }
        case 2:
            RC_ASSERT(world.queue.cancel(*world.timers[timer]) == model.cancel(timer));
            break;
        default:
            now += *rc::gen::inRange<std::int64_t>(0, 20);
            if (wiring::fake_event_timer.fire(Nanoseconds{now})) {
                world.queue.on_timer(Nanoseconds{now});
                model.on_timer(now);
            }
        }
        compare(world, model);
    }
}

}  // namespace
}  // namespace phx::time
