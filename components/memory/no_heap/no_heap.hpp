// The Heap of a graph that has none.
#pragma once

#include <cstddef>

#include <base/result.hpp>
#include <memory/interfaces/heap.hpp>

namespace phx::memory {

// Any context. allocate gives ENOMEM (EINVAL for what no heap accepts); a free stops the machine.
class NoHeap {
public:
    static constexpr std::size_t max_size = 0;

    constexpr NoHeap() = default;

    Result<void*> allocate(std::size_t size, std::size_t alignment);
    void free(void* pointer, std::size_t size);
    [[nodiscard]] HeapStats stats() const { return {}; }
};

}  // namespace phx::memory
