// Memory for objects of any size.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include <base/result.hpp>

namespace phx::memory {

struct HeapStats {
    std::uint64_t live_objects = 0;
    std::uint64_t live_bytes = 0;      // as asked for
    std::uint64_t backing_bytes = 0;   // taken from the page allocator
};

// Any context, interrupts too; never sleeps.
//   allocate(size, alignment)  size > 0, alignment a power of two up to 4096; contents undefined. EINVAL for other arguments, ENOMEM if there is
//                              no memory or the provider serves none at all (max_size 0)
//   free(pointer, size)        what allocate gave, with the size then asked for; a double or foreign free, or a size that is clearly another,
//                              stops the machine
//   max_size                   the largest size that can succeed
template <class T>
concept Heap = requires(T& heap, const T& const_heap, std::size_t n, void* pointer) {
    { heap.allocate(n, n) } -> std::same_as<Result<void*>>;
    { heap.free(pointer, n) } -> std::same_as<void>;
    { const_heap.stats() } -> std::same_as<HeapStats>;
    { T::max_size } -> std::convertible_to<std::size_t>;
};

}  // namespace phx::memory
