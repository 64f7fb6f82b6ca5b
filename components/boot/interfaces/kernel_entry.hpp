// Where the architecture's start code hands over.
#pragma once

#include <concepts>

namespace phx::boot {

// start(): on the boot stack, interrupts masked, MMU on with the early map, once. Never returns.
template <class T>
concept KernelEntry = requires(T& kernel) {
    { kernel.start() } -> std::same_as<void>;
};

}  // namespace phx::boot
