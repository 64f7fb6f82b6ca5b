// Turns the end of the machine into a C++ exception.
#pragma once

namespace phx::power {

struct PoweredOff {
    int status;
};
struct WasReset {};

class FakePower {
public:
    constexpr FakePower() = default;

    [[noreturn]] void off(int status) { throw PoweredOff{status}; }
    [[noreturn]] void reset() { throw WasReset{}; }
};

}  // namespace phx::power
