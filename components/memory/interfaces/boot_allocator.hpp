// Memory before the page allocator: ranges taken from RAM for good, then what is left handed on.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::memory {

// Boot context (one CPU, interrupts masked).
//   allocate(size, alignment)  bytes, never given back, contents undefined, lowest address first; ENOMEM if there is none, EINVAL if
//                              the alignment is not a power of two or size is 0
//   hand_over()                the free ranges that remain, ascending and page aligned; afterwards allocate gives EBUSY
//   total()                    bytes of RAM
template <class T>
concept BootAllocator = requires(T& allocator, std::size_t n) {
    { allocator.allocate(n, n) } -> std::same_as<Result<PhysAddr>>;
    { allocator.hand_over() } -> std::same_as<std::span<const PhysRange>>;
    { allocator.total() } -> std::same_as<std::uint64_t>;
};

}  // namespace phx::memory
