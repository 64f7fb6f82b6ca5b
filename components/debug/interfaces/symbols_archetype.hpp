#pragma once

#include <debug/interfaces/symbols.hpp>

namespace phx::debug::archetype {

struct Symbols {
    [[nodiscard]] std::optional<Symbol> find(VirtAddr) const { __builtin_trap(); }
};

}  // namespace phx::debug::archetype
