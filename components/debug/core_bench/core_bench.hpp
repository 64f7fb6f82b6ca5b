// What the kernel's primitives cost.
#pragma once

namespace phx::debug {

// Provides Application. One line a figure: `bench NAME INSTRUCTIONS`, an average with two decimals.
class CoreBench {
public:
    constexpr CoreBench() = default;

    int run();
};

}  // namespace phx::debug
