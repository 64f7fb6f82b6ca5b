#pragma once

#include <memory/interfaces/heap.hpp>

namespace phx::memory::archetype {

struct Heap {
    static constexpr std::size_t max_size = 0;
    Result<void*> allocate(std::size_t, std::size_t) { __builtin_trap(); }
    void free(void*, std::size_t) { __builtin_trap(); }
    [[nodiscard]] HeapStats stats() const { __builtin_trap(); }
};

}  // namespace phx::memory::archetype
