#pragma once

#include <security/interfaces/random.hpp>

namespace phx::security::archetype {

struct Random {
    void fill(std::span<std::byte>) { __builtin_trap(); }
    bool is_ready() { __builtin_trap(); }
    Result<void> wait_ready() { __builtin_trap(); }
    void add(std::span<const std::byte>, unsigned) { __builtin_trap(); }
};

}  // namespace phx::security::archetype
