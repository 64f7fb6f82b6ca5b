#pragma once

#include <power/interfaces/power.hpp>

namespace phx::power::archetype {

struct Power {
    [[noreturn]] void off(int) { __builtin_trap(); }
    [[noreturn]] void reset() { __builtin_trap(); }
};

}  // namespace phx::power::archetype
