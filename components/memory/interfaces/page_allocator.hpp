// Physical memory in blocks of 2^order page frames.
#pragma once

#include <concepts>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::memory {

struct PageStats {
    std::uint64_t total_frames = 0;  // under the allocator's care
    std::uint64_t free_frames = 0;
};

// Any context, interrupts too; never sleeps.
//   allocate(order)     2^order frames in a row, aligned to their size, contents undefined; ENOMEM if there is no such block, EINVAL above
//                       max_order
//   free(frame, order)  exactly what allocate gave; a block that was never allocated, is free already or has another order stops the
//                       machine. A provider may keep what it is given back: `can_free` says whether it can be had again. Where it
//                       cannot, only a free of frames never given, or of more than was given, is sure to be found
//   stats()             free_frames are those that can still be had one by one
template <class T>
concept PageAllocator = requires(T& pages, const T& const_pages, unsigned order, Frame frame) {
    { pages.allocate(order) } -> std::same_as<Result<Frame>>;
    { pages.free(frame, order) } -> std::same_as<void>;
    { const_pages.stats() } -> std::same_as<PageStats>;
    { T::max_order } -> std::convertible_to<unsigned>;
    { T::can_free } -> std::convertible_to<bool>;
};

}  // namespace phx::memory
