#pragma once

#include <power/interfaces/exit_code.hpp>

namespace phx::power::archetype {

struct ExitCode {
    void report(int) { __builtin_trap(); }
};

}  // namespace phx::power::archetype
