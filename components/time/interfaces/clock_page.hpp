// What user space needs to tell the time by itself: one page, which the kernel writes and users may only read.
//
// A reader (the vDSO's clock_gettime, in C):
//
//   do {
//       while ((seen = load_acquire(&page->sequence)) & 1) {}     // odd: it is being written
//       source = page->source;                                    // 0: fall back on the system call
//       isb();                                                    // the counter is not read ahead of what comes before
//       ns = (u64)((u128)counter * page->multiplier >> page->shift) + page->realtime_offset;
//       fence_acquire();                                          // and another isb() between the counter and this
//   } while (page->sequence != seen);
//
// The layout is part of the kernel's contract with user space: fields keep their places, new ones go behind. All accesses
// are of whole aligned words, hence single (Arm ARM DDI 0487, B2.2.1).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <base/types.hpp>
#include <sync/seqlock.hpp>

namespace phx::time {

struct alignas(k_page_size) ClockPage {
    SeqCount sequence;                                // 0x00
    std::atomic<std::uint32_t> source = 0;            // 0x04 which counter: CounterSource
    std::atomic<std::uint64_t> multiplier = 0;        // 0x08 nanoseconds since boot are
    std::atomic<std::uint32_t> shift = 0;             // 0x10 (counter * multiplier) >> shift
    std::atomic<std::uint32_t> resolution = 0;        // 0x14 of all clocks, in nanoseconds: clock_getres(2)
    std::atomic<std::int64_t> monotonic_offset = 0;   // 0x18 to be added for CLOCK_MONOTONIC,
    std::atomic<std::int64_t> boottime_offset = 0;    // 0x20 for CLOCK_BOOTTIME,
    std::atomic<std::int64_t> realtime_offset = 0;    // 0x28 for CLOCK_REALTIME
};
static_assert(sizeof(ClockPage) == k_page_size);
static_assert(offsetof(ClockPage, sequence) == 0x00 && sizeof(SeqCount) == 4);
static_assert(offsetof(ClockPage, source) == 0x04 && offsetof(ClockPage, multiplier) == 0x08);
static_assert(offsetof(ClockPage, shift) == 0x10 && offsetof(ClockPage, resolution) == 0x14);
static_assert(offsetof(ClockPage, monotonic_offset) == 0x18 && offsetof(ClockPage, boottime_offset) == 0x20);
static_assert(offsetof(ClockPage, realtime_offset) == 0x28);
static_assert(std::atomic<std::int64_t>::is_always_lock_free && sizeof(std::atomic<std::int64_t>) == 8);

}  // namespace phx::time
