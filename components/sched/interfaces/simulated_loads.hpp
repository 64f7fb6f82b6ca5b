// Loads for the simulation, made by rapidcheck, and what must hold under them for any scheduler.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include <sched/fair/weights.hpp>
#include <sched/interfaces/simulation.hpp>

namespace phx::sched {

inline std::uint64_t all_alike(const Attributes&) {
    return 1024;
}

inline Attributes random_attributes(bool real_time_too) {
    const int kind = *rc::gen::inRange(0, real_time_too ? 8 : 6);
    if (kind >= 6) {
        const auto priority = static_cast<std::uint8_t>(*rc::gen::inRange(1, 100));
        return {kind == 6 ? Policy::fifo : Policy::round_robin, 0, priority};
    }
    const auto nice = static_cast<std::int8_t>(*rc::gen::inRange(-20, 20));
    return kind == 5 ? Attributes{Policy::idle, 0, 0} : Attributes{kind == 4 ? Policy::batch : Policy::normal, nice, 0};
}

// Real-time threads run for a tenth of the time at most, that others get anything at all.
inline Behaviour random_behaviour(bool real_time) {
    const auto range = [](std::int64_t most) {
        const std::int64_t from = *rc::gen::inRange<std::int64_t>(1000, most);
        return std::pair{from, from + *rc::gen::inRange<std::int64_t>(0, most)};
    };
    if (real_time) {
        const auto run = range(k_ms);
        return {run, {20 * run.second, 200 * run.second}, 0};
    }
    switch (*rc::gen::inRange(0, 4)) {
    case 0:
        return {};
    case 1:
        return {range(k_ms / 10), range(20 * k_ms), *rc::gen::inRange(0U, 60U)};
    case 2:
        return {range(2 * k_ms), range(2 * k_ms), *rc::gen::inRange(0U, 10U)};
    default:
        return {range(50 * k_ms), range(100 * k_ms), 0};
    }
}

// Up to 1,000 threads of random behaviour on 1 to 8 CPUs, some of them pinned, all of which start within 50 ms; some change their
// attributes meanwhile. Whatever the scheduler answers is checked by the simulation.
template <Scheduler S>
void keeps_its_books(S& scheduler, bool real_time_too, typename Simulation<S>::WeightOf weight) {
    const unsigned cpus = *rc::gen::inRange(1U, 9U);
    const std::size_t kinds = *rc::gen::inRange<std::size_t>(1, 12);
    const std::size_t threads = *rc::gen::inRange<std::size_t>(1, 1001);
    Simulation<S> simulation{scheduler, cpus, *rc::gen::arbitrary<std::uint64_t>(), std::move(weight)};
    simulation.checks_urgency = real_time_too;
    std::vector<std::pair<Attributes, Behaviour>> made;
    for (std::size_t i = 0; i < kinds; ++i) {
        const Attributes attributes = random_attributes(real_time_too);
        made.emplace_back(attributes, random_behaviour(attributes.is_real_time()));
    }
    std::mt19937_64 random{threads};
    for (std::size_t i = 0; i < threads; ++i) {
        const auto& [attributes, behaviour] = made[random() % kinds];
        const CpuMask affinity = random() % 4 == 0 ? CpuMask{1} << random() % cpus : ~CpuMask{0};
        simulation.add(attributes, behaviour, static_cast<std::int64_t>(random() % (50 * k_ms)), affinity);
    }
    for (int part = 0; part < 10 && simulation.failure().empty(); ++part) {
        simulation.run(50 * k_ms);
        for (int i = 0; i < 5; ++i) {
            const Attributes& attributes = made[random() % kinds].first;
            simulation.change(simulation.threads()[random() % threads], attributes);
        }
    }
    RC_ASSERT(simulation.failure() == "");
}

// Threads that always want to run, on one CPU: each gets what its weight is worth, to 1%, as soon as `time` is so long that turns do not
// show any more. In what order they came shows for a tenth of that before.
template <Scheduler S>
void shares_by_weight(S& scheduler, const std::vector<Attributes>& all, typename Simulation<S>::WeightOf weight, std::int64_t time,
                      typename Simulation<S>::MayWait may_wait = {}) {
    Simulation<S> simulation{scheduler, 1, 1, weight, std::move(may_wait)};
    double sum = 0;
    for (const Attributes& attributes : all) {
        simulation.add(attributes, {});
        sum += static_cast<double>(weight(attributes));
    }
    simulation.run(time / 10);
    for (SimulatedThread& thread : simulation.threads()) {
        thread.got = 0;
    }
    simulation.run(time);
    RC_ASSERT(simulation.failure() == "");
    for (const SimulatedThread& thread : simulation.threads()) {
        const double due = static_cast<double>(time) * static_cast<double>(weight(thread.attributes)) / sum;
        if (std::abs(static_cast<double>(thread.got) - due) > 0.01 * due) {
            RC_FAIL("nice " + std::to_string(thread.attributes.nice) + " got " + std::to_string(thread.got) + " ns instead of " +
                    std::to_string(due));
        }
    }
}

// The sum of all weights, and the least one.
struct Weights {
    double sum = 0;
    double least = 1e9;

    Weights(const std::vector<Attributes>& all) {
        for (const Attributes& attributes : all) {
            sum += weight_of(attributes);
            least = std::min(least, static_cast<double>(weight_of(attributes)));
        }
    }
};

inline std::vector<Attributes> random_crowd(std::size_t most) {
    std::vector<Attributes> all(*rc::gen::inRange<std::size_t>(1, most + 1));
    for (Attributes& attributes : all) {
        attributes = {Policy::normal, static_cast<std::int8_t>(*rc::gen::inRange(-20, 20)), 0};
    }
    return all;
}

// Threads of nice 0 on one CPU that come and go as they like.
template <Scheduler S, class Bound>
void nobody_starves(S& scheduler, Bound bound) {
    const std::size_t threads = *rc::gen::inRange<std::size_t>(1, 300);
    Simulation<S> simulation{scheduler, 1, *rc::gen::arbitrary<std::uint64_t>(), all_alike,
                             [&](const SimulatedThread&) { return bound(threads); }};
    for (std::size_t i = 0; i < threads; ++i) {
        simulation.add({}, random_behaviour(false), *rc::gen::inRange<std::int64_t>(0, 50 * k_ms));
    }
    simulation.run(1000 * k_ms);
    RC_ASSERT(simulation.failure() == "");
}

// One that mostly sleeps among up to 30 that never do: it runs at once whenever it is woken.
template <Scheduler S>
void sleepers_run_at_once(S& scheduler) {
    Simulation<S> simulation{scheduler, 1, *rc::gen::arbitrary<std::uint64_t>(), all_alike};
    const std::size_t threads = *rc::gen::inRange<std::size_t>(1, 31);
    for (std::size_t i = 0; i < threads; ++i) {
        simulation.add({}, {});
    }
    SimulatedThread& sleeper = simulation.add({}, {{k_ms / 100, k_ms / 10}, {20 * k_ms, 400 * k_ms}, 0});
    simulation.run(200 * k_ms);
    sleeper.longest_wait = 0;
    simulation.run(5000 * k_ms);
    RC_ASSERT(simulation.failure() == "");
    RC_ASSERT(sleeper.turns > 5U);
    RC_ASSERT(sleeper.longest_wait == 0);
}

}  // namespace phx::sched
