// Function names from the image's own table (tools/phoenix_tools/symbols.py writes it): a magic number, a count, sorted offsets of functions
// from the image's start, offsets of names, names. Empty in an image that was linked without it.
#pragma once

#include <debug/interfaces/symbols.hpp>

namespace phx::debug {

class SymbolTable {
public:
    constexpr SymbolTable() = default;

    // Symbols
    [[nodiscard]] std::optional<Symbol> find(VirtAddr address) const;
};

}  // namespace phx::debug
