#pragma once

#include <memory/interfaces/page_allocator.hpp>

namespace phx::memory::archetype {

struct PageAllocator {
    static constexpr unsigned max_order = 0;
    static constexpr bool can_free = false;
    Result<Frame> allocate(unsigned) { __builtin_trap(); }
    void free(Frame, unsigned) { __builtin_trap(); }
    [[nodiscard]] PageStats stats() const { __builtin_trap(); }
};

}  // namespace phx::memory::archetype
