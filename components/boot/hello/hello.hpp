// Prints a line and ends.
#pragma once

namespace phx::boot {

class Hello {
public:
    constexpr Hello() = default;

    // Application
    int run();
};

}  // namespace phx::boot
