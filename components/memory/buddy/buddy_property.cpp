// Random requests against a model that knows of each frame only whether it is free.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct Block {
    Frame frame;
    unsigned order;
};

// RAM as the buddy allocator got it: a flag per frame of each range.
class Model {
public:
    explicit Model(std::span<const PhysRange> ranges) {
        for (const PhysRange& range : ranges) {
            ranges_.push_back({Frame::containing(range.base), std::vector<bool>(range.size / k_page_size, true)});
        }
    }
    [[nodiscard]] std::uint64_t free_frames() const {
        std::uint64_t n = 0;
        for (const Range& range : ranges_) {
            n += static_cast<std::uint64_t>(std::count(range.free.begin(), range.free.end(), true));
        }
        return n;
    }
    // Whether an aligned run of 2^order free frames exists.
    [[nodiscard]] bool can_serve(unsigned order) const {
        const std::uint64_t size = std::uint64_t{1} << order;
        for (const Range& range : ranges_) {
            const std::uint64_t first = range.first.number();
            for (std::uint64_t n = align_up(first, size); n + size <= first + range.free.size(); n += size) {
                if (all(range, n, size, true)) {
                    return true;
                }
            }
        }
        return false;
    }
    // False unless all of the block was in the other state.
    bool set(Block block, bool free) {
        const std::uint64_t size = std::uint64_t{1} << block.order;
        for (Range& range : ranges_) {
            const std::uint64_t first = range.first.number();
            const std::uint64_t n = block.frame.number();
            if (n < first || n + size > first + range.free.size()) {
                continue;
            }
            if (!all(range, n, size, !free)) {
                return false;
            }
            std::fill_n(range.free.begin() + static_cast<std::ptrdiff_t>(n - first), size, free);
            return true;
        }
        return false;
    }

private:
    struct Range {
        Frame first;
        std::vector<bool> free;
    };
    static bool all(const Range& range, std::uint64_t n, std::uint64_t size, bool value) {
        const auto begin = range.free.begin() + static_cast<std::ptrdiff_t>(n - range.first.number());
        return std::all_of(begin, begin + static_cast<std::ptrdiff_t>(size), [value](bool b) { return b == value; });
    }

    std::vector<Range> ranges_;
};

std::vector<PhysRange> random_ranges() {
    std::vector<PhysRange> ranges;
    std::uint64_t at = 0x40000 + *rc::gen::inRange<std::uint64_t>(0, 1100);
    const int count = *rc::gen::inRange(1, 4);
    for (int i = 0; i < count; ++i) {
        const std::uint64_t size = *rc::gen::inRange<std::uint64_t>(1, 1500) + (i == 0 ? 30 : 0);
        ranges.push_back({Frame{at}.address(), size * k_page_size});
        at += size + *rc::gen::inRange<std::uint64_t>(0, 900);
    }
    return ranges;
}

RC_GTEST_PROP(Buddy, BehavesAsASetOfFrames, ()) {
    const std::vector<PhysRange> ranges = random_ranges();
    SimulatedRam ram{wiring::fake_kernel_map, ranges};
    ram.fill(*rc::gen::arbitrary<std::uint8_t>());
    wiring::fake_log.reset();
    wiring::fake_boot_allocator.reset(ranges);
    Buddy buddy;
    RC_ASSERT(static_cast<bool>(buddy.init()));
    Model model{wiring::fake_boot_allocator.hand_over()};
    const std::uint64_t total = model.free_frames();
    std::vector<Block> live;

    const int steps = *rc::gen::inRange(0, 300);
    for (int i = 0; i < steps; ++i) {
        const auto dice = *rc::gen::inRange(0, 100);
        if (dice < 60 || live.empty()) {
            const unsigned order = dice % 2 == 0 ? 0U : *rc::gen::inRange(0U, Buddy::max_order + 1);
            const bool possible = model.can_serve(order);
            const Result<Frame> frame = buddy.allocate(order);
            RC_ASSERT(static_cast<bool>(frame) == possible);
            if (frame) {
                RC_ASSERT(frame->number() % (std::uint64_t{1} << order) == 0U);
                RC_ASSERT(model.set({*frame, order}, false));
                live.push_back({*frame, order});
            }
        } else {
            const auto victim = *rc::gen::inRange<std::size_t>(0, live.size());
            std::swap(live[victim], live.back());
            buddy.free(live.back().frame, live.back().order);
            RC_ASSERT(model.set(live.back(), true));
            live.pop_back();
        }
        RC_ASSERT(buddy.stats().free_frames == model.free_frames());
        RC_ASSERT(buddy.stats().total_frames == total);
    }

    // All of it given back, RAM is whole again: every aligned run of free frames is one block.
    for (const Block& block : live) {
        buddy.free(block.frame, block.order);
        RC_ASSERT(model.set(block, true));
    }
    RC_ASSERT(buddy.stats().free_frames == total);
    for (unsigned order = Buddy::max_order + 1; order-- > 0;) {
        while (model.can_serve(order)) {
            const Result<Frame> frame = buddy.allocate(order);
            RC_ASSERT(static_cast<bool>(frame));
            RC_ASSERT(model.set({*frame, order}, false));
        }
        RC_ASSERT(!buddy.allocate(order));
    }
    wiring::fake_boot_allocator.reset();
}

}  // namespace
}  // namespace phx::memory
