#pragma once

#include <power/interfaces/cpu_power.hpp>

namespace phx::power::archetype {

struct CpuPower {
    Result<void> start(std::uint64_t, PhysAddr, std::uint64_t) { __builtin_trap(); }
    [[noreturn]] void stop_this() { __builtin_trap(); }
};

}  // namespace phx::power::archetype
