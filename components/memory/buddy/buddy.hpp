// A buddy allocator whose start-up cost does not depend on the amount of RAM.
//
// RAM that nobody has asked for yet is only a range: [carved, end) of a region. When the free lists cannot serve a
// request, the next block is carved off it, as large as its alignment and the range allow. The records of a block's
// frames are written at that moment, so records of untouched RAM are never read or written.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <base/result.hpp>
#include <base/types.hpp>
#include <locks/buddy.hpp>
#include <memory/interfaces/page_allocator.hpp>
#include <params/buddy.hpp>
#include <sync/spinlock.hpp>

namespace phx::memory {

class Buddy {
public:
    static constexpr unsigned max_order = static_cast<unsigned>(params::buddy::max_order);
    static constexpr bool can_free = true;

    constexpr Buddy() = default;

    // Takes all that the boot allocator has left. ENOMEM: no room for the records, or nothing left. ENOSPC: more ranges
    // than the parameter `max_ranges`. EOVERFLOW: more than 2^32 frames.
    Result<void> init();

    // Any context; see the PageAllocator interface.
    Result<Frame> allocate(unsigned order);
    void free(Frame frame, unsigned order);
    [[nodiscard]] PageStats stats() const;

private:
    mutable SpinLock lock_{locks::buddy::blocks};

    // A frame's place in the records: frames of all regions numbered without holes.
    using Index = std::uint32_t;
    static constexpr Index k_none = UINT32_MAX;

    struct Links {
        Index next;
        Index prev;
    };
    struct Region {
        Frame first;
        Frame carved;  // frames below have records
        Frame end;
        Index index;  // of `first`
    };

    Result<void> reserve_records();
    Result<void> add_regions(std::span<const PhysRange> ranges);

    bool carve_block() __attribute__((requires_capability(lock_)));
    const Region& region_of_freed(Frame frame, unsigned order) __attribute__((requires_capability(lock_)));
    Frame frame_at(Index index) const __attribute__((requires_capability(lock_)));
    void push(Index block, unsigned order) __attribute__((requires_capability(lock_)));
    void unlink(Index block, unsigned order) __attribute__((requires_capability(lock_)));

    // Records: 9 bytes a frame, of which only heads of blocks mean anything. A state of 0 says "no head".
    std::uint8_t* states_ __attribute__((guarded_by(lock_))) = nullptr;
    Links* links_ __attribute__((guarded_by(lock_))) = nullptr;
    std::uint64_t records_ = 0;

    std::array<Index, max_order + 1> heads_ __attribute__((guarded_by(lock_))){};
    std::uint32_t nonempty_ __attribute__((guarded_by(lock_))) = 0;  // bit n: heads_[n] is a block
    PageStats stats_ __attribute__((guarded_by(lock_))){};

    std::array<Region, static_cast<std::size_t>(params::buddy::max_ranges)> regions_
        __attribute__((guarded_by(lock_))){};
    std::size_t region_count_ __attribute__((guarded_by(lock_))) = 0;
};

}  // namespace phx::memory
