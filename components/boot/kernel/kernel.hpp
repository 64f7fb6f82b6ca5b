// The kernel from its first line of C++ to its last.
#pragma once

namespace phx::boot {

class Kernel {
public:
    constexpr Kernel() = default;

    // KernelEntry
    [[noreturn]] void start();
};

}  // namespace phx::boot
