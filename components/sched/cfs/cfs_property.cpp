#include <sched/cfs/cfs.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <sched/interfaces/simulated_loads.hpp>

namespace phx::sched {
namespace {

constexpr auto k_latency = static_cast<double>(Cfs::latency.count());
constexpr auto k_granularity = static_cast<double>(Cfs::min_granularity.count());

RC_GTEST_PROP(CfsProperty, KeepsItsBooks, ()) {
    Cfs scheduler;
    keeps_its_books(scheduler, false, weight_of);
}

// The length of a turn, and of its trace in virtual time times all weights: how long the others take to catch up with it.
struct Turn {
    double length;
    double echo;

    Turn(double weight, const Weights& weights, std::size_t threads)
        : length{std::max(k_granularity, std::max(k_latency, k_granularity * static_cast<double>(threads)) * weight / weights.sum)},
          echo{length / weight * weights.sum} {}
};

// A thread that has had its turn waits until the others have caught up, and for one turn of each. Shares are off by no more than what
// is due in the longest echo, which is that of the lightest thread, at each end.
RC_GTEST_PROP(CfsProperty, SharesFollowWeights, ()) {
    Cfs scheduler;
    const std::vector<Attributes> all = random_crowd(10);
    const Weights weights{all};
    double turns = 0;
    for (const Attributes& attributes : all) {
        turns += Turn{static_cast<double>(weight_of(attributes)), weights, all.size()}.length;
    }
    const double longest_echo = Turn{weights.least, weights, all.size()}.echo;
    const auto may_wait = [&](const SimulatedThread& thread) {
        const Turn turn{static_cast<double>(weight_of(thread.attributes)), weights, all.size()};
        // Its first turn was measured when not all were there yet.
        const double ahead = thread.turns > 1 ? turn.echo : std::max(k_latency, k_granularity * static_cast<double>(all.size())) * turn.echo / turn.length;
        return static_cast<std::int64_t>(ahead + turns);
    };
    shares_by_weight(scheduler, all, weight_of, static_cast<std::int64_t>(250 * longest_echo), may_wait);
}

// Of n equal threads none waits for more than two latencies of each: it is ahead of the others by one turn at most, those that slept are
// placed half a latency behind at most, and each may overshoot by a turn. No turn is longer than half a latency where two are there.
RC_GTEST_PROP(CfsProperty, NobodyStarves, ()) {
    Cfs scheduler;
    nobody_starves(scheduler, [](std::size_t threads) { return static_cast<std::int64_t>(threads) * 2 * Cfs::latency.count(); });
}

RC_GTEST_PROP(CfsProperty, SleepersRunAtOnce, ()) {
    Cfs scheduler;
    sleepers_run_at_once(scheduler);
}

}  // namespace
}  // namespace phx::sched
