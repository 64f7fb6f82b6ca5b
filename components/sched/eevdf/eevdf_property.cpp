#include <sched/eevdf/eevdf.hpp>

#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <sched/interfaces/simulated_loads.hpp>

namespace phx::sched {
namespace {

constexpr auto k_slice = static_cast<double>(Eevdf::slice.count());

RC_GTEST_PROP(EevdfProperty, KeepsItsBooks, ()) {
    Eevdf scheduler;
    keeps_its_books(scheduler, false, weight_of);
}

// A request is fulfilled at its deadline, or one slice later (the paper's theorem 1). A thread that has had its turn is ahead of the average by
// a slice at most, and due one more slice later. No share is ever off by more than a
// slice (corollary to theorem 1), so by two between any two moments.
RC_GTEST_PROP(EevdfProperty, SharesFollowWeights, ()) {
    Eevdf scheduler;
    const std::vector<Attributes> all = random_crowd(7);
    const Weights weights{all};
    const auto due = [&](double weight) { return 2 * k_slice / weight * weights.sum + k_slice; };
    const auto time = static_cast<std::int64_t>(250 * k_slice / weights.least * weights.sum);
    shares_by_weight(scheduler, all, weight_of, time, [&](const SimulatedThread& thread) {
        return static_cast<std::int64_t>(due(static_cast<double>(weight_of(thread.attributes))));
    });
}

RC_GTEST_PROP(EevdfProperty, NobodyStarves, ()) {
    Eevdf scheduler;
    nobody_starves(scheduler, [](std::size_t threads) { return static_cast<std::int64_t>(2 * threads + 1) * Eevdf::slice.count(); });
}

RC_GTEST_PROP(DeadlineTreeProperty, FindsWhatAListFinds, ()) {
    DeadlineTree tree;
    std::deque<DeadlineNode> nodes(*rc::gen::inRange<std::size_t>(1, 40));
    std::vector<DeadlineNode*> in;
    std::vector<DeadlineNode*> out;
    for (DeadlineNode& node : nodes) {
        out.push_back(&node);
    }
    const VirtualTime start = *rc::gen::element<VirtualTime>(0, UINT64_MAX - 20);
    const int steps = *rc::gen::inRange(0, 200);
    for (int step = 0; step < steps; ++step) {
        if (!out.empty() && (in.empty() || *rc::gen::inRange(0, 2) == 0)) {
            const auto at = out.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(out));
            DeadlineNode* const node = *at;
            out.erase(at);
            node->vruntime = start + *rc::gen::inRange<VirtualTime>(0, 40);
            node->deadline = node->vruntime + *rc::gen::inRange<VirtualTime>(0, 10);
            tree.insert(*node);
            in.insert(std::upper_bound(in.begin(), in.end(), node, [](auto* a, auto* b) { return is_before(a->deadline, b->deadline); }),
                      node);
        } else {
            const auto at = in.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(in));
            tree.erase(**at);
            out.push_back(*at);
            in.erase(at);
        }
        RC_ASSERT(tree.empty() == in.empty());
        const VirtualTime limit = start + *rc::gen::inRange<VirtualTime>(0, 40);
        const auto found = std::find_if(in.begin(), in.end(), [&](auto* node) { return !is_before(limit, node->vruntime); });
        RC_ASSERT(tree.first_eligible(limit) == (found == in.end() ? nullptr : *found));
        DeadlineNode* at = tree.first();
        for (DeadlineNode* expected : in) {
            RC_ASSERT(at == expected);
            at = DeadlineTree::next(*at);
        }
        RC_ASSERT(at == nullptr);
    }
}

}  // namespace
}  // namespace phx::sched
