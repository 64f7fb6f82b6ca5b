// Random requests of all CPUs against a set of frames.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <vector>

#include <memory/percpu_pages/percpu_pages_test.hpp>

namespace phx::memory {
namespace {

struct Block {
    Frame frame;
    unsigned order;
};

RC_GTEST_PROP(PerCpuPages, BehavesAsASetOfFrames, ()) {
    const std::uint64_t size = *rc::gen::inRange<std::uint64_t>(40, 400);
    Machine machine{{{PhysAddr{0x4000'3000}, size * k_page_size}}};
    const std::uint64_t total = machine.pages.stats().total_frames;
    RC_ASSERT(machine.pages.stats().free_frames == total);
    std::vector<Block> live;
    std::set<std::uint64_t> taken;

    const int steps = *rc::gen::inRange(0, 500);
    for (int i = 0; i < steps; ++i) {
        Machine::on_cpu(*rc::gen::inRange(0U, 4U));
        if (*rc::gen::inRange(0, 100) < 55 || live.empty()) {
            const unsigned order = *rc::gen::weightedElement<unsigned>({{8, 0}, {1, 1}, {1, 3}});
            const Result<Frame> frame = machine.pages.allocate(order);
            RC_ASSERT(static_cast<bool>(frame) || order > 0 || taken.size() == total);
            if (!frame) {
                continue;
            }
            for (std::uint64_t n = 0; n < std::uint64_t{1} << order; ++n) {
                RC_ASSERT(taken.insert(frame->number() + n).second);
            }
            live.push_back({*frame, order});
        } else {
            const auto victim = *rc::gen::inRange<std::size_t>(0, live.size());
            std::swap(live[victim], live.back());
            const Block block = live.back();
            live.pop_back();
            machine.pages.free(block.frame, block.order);
            for (std::uint64_t n = 0; n < std::uint64_t{1} << block.order; ++n) {
                taken.erase(block.frame.number() + n);
            }
        }
        RC_ASSERT(machine.pages.stats().free_frames == total - taken.size());
        RC_ASSERT(machine.pages.stats().total_frames == total);
    }
    for (const Block& block : live) {
        machine.pages.free(block.frame, block.order);
    }
    RC_ASSERT(machine.pages.stats().free_frames == total);
}

}  // namespace
}  // namespace phx::memory
