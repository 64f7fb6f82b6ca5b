// PSCI, Arm DEN 0022 (5.10 SYSTEM_OFF, 5.11 SYSTEM_RESET).
#pragma once

#include <cstdint>

namespace phx::power {

class Psci {
public:
    constexpr Psci() = default;

    // Power
    [[noreturn]] void off(int status);
    [[noreturn]] void reset();

private:
    void call(std::uint32_t function);
};

}  // namespace phx::power
