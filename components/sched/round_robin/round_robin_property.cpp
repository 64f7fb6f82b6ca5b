#include <sched/round_robin/round_robin.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <sched/interfaces/simulated_loads.hpp>

namespace phx::sched {
namespace {

RC_GTEST_PROP(RoundRobinProperty, KeepsItsBooks, ()) {
    RoundRobin scheduler;
    keeps_its_books(scheduler, false, all_alike);
}

RC_GTEST_PROP(RoundRobinProperty, AllGetTheSame, ()) {
    RoundRobin scheduler;
    const std::vector<Attributes> all = random_crowd(50);
    const std::int64_t round = static_cast<std::int64_t>(all.size()) * RoundRobin::slice.count();
    shares_by_weight(scheduler, all, all_alike, 100 * round + *rc::gen::inRange<std::int64_t>(0, round));
}

// One turn of each that was there before.
RC_GTEST_PROP(RoundRobinProperty, NobodyWaitsForMoreThanATurnOfEach, ()) {
    RoundRobin scheduler;
    nobody_starves(scheduler, [&](std::size_t) { return (scheduler.count(0) - 1) * RoundRobin::slice.count(); });
}

}  // namespace
}  // namespace phx::sched
