// What the kernel does once everything is up.
#pragma once

#include <concepts>

namespace phx::boot {

// run(): thread context, interrupts on, may wait. What it returns is the machine's exit status: 0 is success.
template <class T>
concept Application = requires(T& application) {
    { application.run() } -> std::same_as<int>;
};

}  // namespace phx::boot
