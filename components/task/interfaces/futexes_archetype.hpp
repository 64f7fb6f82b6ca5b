#pragma once

#include <task/interfaces/futexes.hpp>

namespace phx::task::archetype {

struct Futexes {
    std::uint32_t wake(UserPtr<std::uint32_t>, std::uint32_t) { __builtin_trap(); }
    void leave_memory(UserThread&) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
