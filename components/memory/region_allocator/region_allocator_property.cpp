// Random machines and requests against a model that knows of each KiB only whether it is free.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include <wiring.hpp>

namespace phx::memory {
namespace {

constexpr std::uint64_t k_base = 0x4000'0000;
constexpr std::uint64_t k_granule = KiB;
constexpr std::uint64_t k_granules = 24 * MiB / k_granule;
constexpr std::uint64_t k_per_page = k_page_size / k_granule;

class Model {
public:
    void set(PhysRange range, bool free) {
        for (std::uint64_t i = 0; i < k_granules; ++i) {
            if (range.overlaps({address(i), k_granule})) {
                free_[i] = free;
            }
        }
    }
    // Takes the lowest aligned run.
    std::optional<PhysAddr> allocate(std::uint64_t size, std::uint64_t alignment) {
        const std::uint64_t step = alignment / k_granule;
        const std::uint64_t count = size / k_granule;
        for (std::uint64_t i = 0; i + count <= k_granules; i += step) {
            const auto begin = free_.begin() + static_cast<std::ptrdiff_t>(i);
            if (std::all_of(begin, begin + static_cast<std::ptrdiff_t>(count), [](bool b) { return b; })) {
                std::fill_n(begin, count, false);
                return address(i);
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::vector<PhysRange> pages() const {
        std::vector<PhysRange> ranges;
        for (std::uint64_t i = 0; i < k_granules; i += k_per_page) {
            if (!std::all_of(free_.begin() + static_cast<std::ptrdiff_t>(i),
                             free_.begin() + static_cast<std::ptrdiff_t>(i + k_per_page), [](bool b) { return b; })) {
                continue;
            }
            if (!ranges.empty() && ranges.back().end() == address(i)) {
                ranges.back().size += k_page_size;
            } else {
                ranges.push_back({address(i), k_page_size});
            }
        }
        return ranges;
    }

private:
    static PhysAddr address(std::uint64_t granule) { return PhysAddr{k_base + granule * k_granule}; }
    std::vector<bool> free_ = std::vector<bool>(k_granules, false);
};

std::uint64_t granules(std::uint64_t from, std::uint64_t to) {
    return *rc::gen::inRange(from, to) * k_granule;
}

RC_GTEST_PROP(RegionAllocator, BehavesAsASetOfBytes, ()) {
    Model model;
    const PhysRange low{PhysAddr{k_base + granules(0, 2048)}, 6 * MiB + granules(0, 2048)};
    const PhysRange high{low.end() + granules(0, 2048), 3 * MiB + granules(0, 6144)};
    model.set(low, true);
    model.set(high, true);

    std::vector<boot::ReservedRegion> reserved;
    const int count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) {
        reserved.push_back({{PhysAddr{k_base + granules(0, k_granules)}, granules(0, 3000)}, false});
        model.set(reserved.back().range, false);
    }
    const PhysRange image{PhysAddr{k_base + granules(0, k_granules)}, granules(1, 1000)};
    model.set(image, false);

    wiring::fake_log.reset();
    wiring::fake_boot_info.set_memory({low, high});
    wiring::fake_boot_info.set_reserved(reserved);
    wiring::fake_boot_handoff.set_image(image);
    RegionAllocator allocator;
    RC_ASSERT(static_cast<bool>(allocator.init()));
    RC_ASSERT(allocator.total() == low.size + high.size);

    const int requests = *rc::gen::inRange(0, 12);
    for (int i = 0; i < requests; ++i) {
        const std::uint64_t size = granules(1, 2000);
        const std::uint64_t alignment = k_granule << *rc::gen::inRange(0, 11);
        const std::optional<PhysAddr> expected = model.allocate(size, alignment);
        const Result<PhysAddr> address = allocator.allocate(size, alignment);
        RC_ASSERT(static_cast<bool>(address) == expected.has_value());
        if (expected) {
            RC_ASSERT(*address == *expected);
        }
    }
    const auto rest = allocator.hand_over();
    const std::vector<PhysRange> expected = model.pages();
    RC_ASSERT(std::equal(rest.begin(), rest.end(), expected.begin(), expected.end()));
}

}  // namespace
}  // namespace phx::memory
