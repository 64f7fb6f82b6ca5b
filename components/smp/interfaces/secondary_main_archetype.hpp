#pragma once

#include <smp/interfaces/secondary_main.hpp>

namespace phx::smp::archetype {

struct SecondaryMain {
    Result<SecondaryStack> secondary_stack(unsigned) { __builtin_trap(); }
    [[noreturn]] void run_secondary(unsigned) { __builtin_trap(); }
};

}  // namespace phx::smp::archetype
