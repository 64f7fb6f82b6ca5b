#include <sched/fifo_rt/fifo_rt.hpp>

#include <memory>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <sched/interfaces/simulated_loads.hpp>
#include <wiring.hpp>

namespace phx::sched {
namespace {

void renew_below() {
    std::destroy_at(&wiring::fair);
    std::construct_at(&wiring::fair);
}

// With the most urgent first, which the simulation checks at each of its steps.
RC_GTEST_PROP(FifoRtProperty, KeepsItsBooks, ()) {
    renew_below();
    FifoRt scheduler;
    keeps_its_books(scheduler, true, weight_of);
}

// One real-time thread among any others waits for nobody but the more urgent.
RC_GTEST_PROP(FifoRtProperty, TheMostUrgentNeverWaits, ()) {
    renew_below();
    FifoRt scheduler;
    const unsigned cpus = *rc::gen::inRange(1U, 9U);
    Simulation<FifoRt> simulation{scheduler, cpus, *rc::gen::arbitrary<std::uint64_t>(), weight_of};
    simulation.checks_urgency = true;
    const std::size_t threads = *rc::gen::inRange<std::size_t>(1, 300);
    for (std::size_t i = 0; i < threads; ++i) {
        Attributes attributes = random_attributes(true);
        attributes.priority = std::min(attributes.priority, std::uint8_t{98});
        simulation.add(attributes, random_behaviour(attributes.is_real_time()), *rc::gen::inRange<std::int64_t>(0, 50 * k_ms));
    }
    SimulatedThread& urgent = simulation.add({Policy::fifo, 0, 99}, {{1000, k_ms}, {k_ms, 3 * k_ms}, 0});
    simulation.run(500 * k_ms);
    RC_ASSERT(simulation.failure() == "");
    RC_ASSERT(urgent.turns > 50U);
    RC_ASSERT(urgent.longest_wait == 0);
}

// Those below share what is left as if they were alone.
RC_GTEST_PROP(FifoRtProperty, OthersShareTheRest, ()) {
    renew_below();
    FifoRt scheduler;
    Simulation<FifoRt> simulation{scheduler, 1, *rc::gen::arbitrary<std::uint64_t>(), weight_of};
    simulation.checks_urgency = true;
    SimulatedThread& a = simulation.add({Policy::normal, 0, 0}, {});
    SimulatedThread& b = simulation.add({Policy::normal, 5, 0}, {});
    SimulatedThread& rt = simulation.add({Policy::round_robin, 0, 10}, {{1000, 3 * k_ms}, {1000, 5 * k_ms}, 0});
    simulation.run(10'000 * k_ms);
    RC_ASSERT(simulation.failure() == "");
    RC_ASSERT(rt.got > 2000 * k_ms);
    const double ratio = static_cast<double>(a.got) / static_cast<double>(b.got);
    RC_ASSERT(std::abs(ratio - 1024.0 / 335.0) < 0.03);
}

}  // namespace
}  // namespace phx::sched
