// Stacks for threads.
#pragma once

#include <concepts>
#include <cstddef>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::task {

struct KernelStack {
    VirtAddr bottom;  // 128 KiB aligned on a board, which is how vectors.S sees that one ran over
    VirtAddr top;     // 16-byte aligned
};

// Any context.
//   allocate()   ENOMEM. Below `bottom` nothing is mapped
//   free(stack)  what allocate gave, and nobody runs on
template <class T>
concept KernelStacks = requires(T& stacks, const KernelStack& stack) {
    { stacks.allocate() } -> std::same_as<Result<KernelStack>>;
    { stacks.free(stack) } -> std::same_as<void>;
};

}  // namespace phx::task
