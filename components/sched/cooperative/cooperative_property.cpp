#include <sched/cooperative/cooperative.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <sched/interfaces/simulated_loads.hpp>

namespace phx::sched {
namespace {

RC_GTEST_PROP(CooperativeProperty, KeepsItsBooks, ()) {
    Cooperative scheduler;
    keeps_its_books(scheduler, false, all_alike);
}

// Where every thread stops by itself, nobody waits for more than one run of each that was there before.
RC_GTEST_PROP(CooperativeProperty, NobodyWaitsForMoreThanARunOfEach, ()) {
    Cooperative scheduler;
    Simulation<Cooperative> simulation{scheduler, 1, *rc::gen::arbitrary<std::uint64_t>(), all_alike,
                                       [&](const SimulatedThread&) { return (scheduler.count(0) - 1) * 5 * k_ms; }};
    const std::size_t threads = *rc::gen::inRange<std::size_t>(1, 300);
    for (std::size_t i = 0; i < threads; ++i) {
        simulation.add({}, {{k_ms / 10, 5 * k_ms}, {0, 20 * k_ms}, 30});
    }
    simulation.run(1000 * k_ms);
    RC_ASSERT(simulation.failure() == "");
}

}  // namespace
}  // namespace phx::sched
