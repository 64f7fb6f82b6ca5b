// Who can give memory back when it runs out.
#pragma once

#include <cstddef>

namespace phx::memory {

// A family: the `reclaimers` port of a page allocator takes all that the graph holds. They are asked by allocations that may sleep, one
// asker at a time, with no lock held.
class Reclaimer {
public:
    // Thread context; may wait. Gives page frames back to their allocator, as many as it easily can up to `frames_wanted`, and says how
    // many. What it allocates itself meanwhile may not sleep.
    virtual std::size_t reclaim(std::size_t frames_wanted) = 0;

protected:
    ~Reclaimer() = default;
};

}  // namespace phx::memory
