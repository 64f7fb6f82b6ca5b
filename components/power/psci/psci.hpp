// PSCI, Arm DEN 0022 (5.5 CPU_OFF, 5.6 CPU_ON, 5.10 SYSTEM_OFF, 5.11 SYSTEM_RESET).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::power {

class Psci {
public:
    constexpr Psci() = default;

    // Power
    [[noreturn]] void off(int status);
    [[noreturn]] void reset();

    // CpuPower
    Result<void> start(std::uint64_t mpidr, PhysAddr entry, std::uint64_t context);
    [[noreturn]] void stop_this();

private:
    std::int64_t call(std::uint32_t function, std::uint64_t a1 = 0, std::uint64_t a2 = 0, std::uint64_t a3 = 0);
};

}  // namespace phx::power
