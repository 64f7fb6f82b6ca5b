// For graphs that allocate while they start and never give back: a cursor per range of RAM and no record of any frame.
#pragma once

#include <array>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <locks/bump.hpp>
#include <memory/interfaces/page_allocator.hpp>
#include <params/bump.hpp>
#include <sync/spinlock.hpp>

namespace phx::memory {

class Bump {
public:
    static constexpr unsigned max_order = static_cast<unsigned>(params::bump::max_order);
    static constexpr bool can_free = false;

    constexpr Bump() = default;

    // Takes all that the boot allocator has left. ENOMEM: nothing. ENOSPC: more ranges than the parameter `max_ranges`.
    Result<void> init();

    // Any context; see the PageAllocator interface. Frames skipped for a block's alignment are lost. free finds frames
    // that were never handed out, and more frees than allocations.
    Result<Frame> allocate(unsigned order);
    void free(Frame frame, unsigned order);
    [[nodiscard]] PageStats stats() const;

private:
    struct Region {
        Frame first;
        Frame next;
        Frame end;
    };

    mutable SpinLock lock_{locks::bump::regions};

    std::array<Region, static_cast<std::size_t>(params::bump::max_ranges)> regions_
        __attribute__((guarded_by(lock_))){};
    std::size_t region_count_ __attribute__((guarded_by(lock_))) = 0;
    PageStats stats_ __attribute__((guarded_by(lock_))){};
    std::uint64_t in_use_ __attribute__((guarded_by(lock_))) = 0;  // frames handed out and not given back
};

}  // namespace phx::memory
