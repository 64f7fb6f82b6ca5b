// Random objects against a model that remembers each one's bytes.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include <memory/slab/size_classes.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct Object {
    std::byte* pointer;
    std::size_t size;
    std::byte fill;

    [[nodiscard]] bool intact() const {
        return std::all_of(pointer, pointer + size, [this](std::byte b) { return b == fill; });
    }
};

std::size_t random_size() {
    return *rc::gen::weightedOneOf<std::size_t>({{6, rc::gen::inRange<std::size_t>(1, 300)},
                                                 {3, rc::gen::inRange<std::size_t>(1, 2100)},
                                                 {1, rc::gen::inRange<std::size_t>(2000, 40'000)}});
}

RC_GTEST_PROP(Slab, KeepsObjectsApartAndAccountsForEachByte, ()) {
    wiring::fake_page_allocator.reset(*rc::gen::inRange<std::uint64_t>(1, 400));
    SlabHeap heap;
    std::vector<Object> live;
    std::uint64_t bytes = 0;

    const int steps = *rc::gen::inRange(0, 400);
    for (int i = 0; i < steps; ++i) {
        if (*rc::gen::inRange(0, 100) < 60 || live.empty()) {
            const std::size_t size = random_size();
            const std::size_t alignment = std::size_t{1} << *rc::gen::inRange(0, 13);
            const Result<void*> pointer = heap.allocate(size, alignment);
            if (!pointer) {
                RC_ASSERT(pointer.error() == Errno::nomem);
                continue;
            }
            RC_ASSERT(reinterpret_cast<std::uintptr_t>(*pointer) % alignment == 0U);
            const Object object{static_cast<std::byte*>(*pointer), size, static_cast<std::byte>(i)};
            RC_ASSERT(std::none_of(live.begin(), live.end(), [&](const Object& other) {
                return other.pointer < object.pointer + size && object.pointer < other.pointer + other.size;
            }));
            std::memset(object.pointer, i & 0xff, size);
            live.push_back(object);
            bytes += size;
        } else {
            const auto victim = *rc::gen::inRange<std::size_t>(0, live.size());
            std::swap(live[victim], live.back());
            RC_ASSERT(live.back().intact());
            heap.free(live.back().pointer, live.back().size);
            bytes -= live.back().size;
            live.pop_back();
        }
        const HeapStats stats = heap.stats();
        const PageStats pages = wiring::fake_page_allocator.stats();
        RC_ASSERT(stats.live_objects == live.size());
        RC_ASSERT(stats.live_bytes == bytes);
        RC_ASSERT(stats.backing_bytes == (pages.total_frames - pages.free_frames) * k_page_size);
    }
    for (const Object& object : live) {
        RC_ASSERT(object.intact());
        heap.free(object.pointer, object.size);
    }
    RC_ASSERT(heap.stats().live_objects == 0U);
    RC_ASSERT(heap.stats().live_bytes == 0U);
    RC_ASSERT(heap.stats().backing_bytes == wiring::fake_page_allocator.live_blocks() * k_page_size);
    const std::uint64_t kept = wiring::fake_page_allocator.live_blocks();
    RC_ASSERT(heap.reclaim(SIZE_MAX) == kept);
    RC_ASSERT(wiring::fake_page_allocator.live_blocks() == 0U);
    RC_ASSERT(heap.stats().backing_bytes == 0U);
    wiring::fake_page_allocator.reset();
}

}  // namespace
}  // namespace phx::memory
