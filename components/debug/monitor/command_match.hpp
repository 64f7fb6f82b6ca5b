// How far two command names are apart, for suggestions.
#pragma once

#include <cstddef>
#include <string_view>

namespace phx::debug {

// Insertions, deletions, replacements and swaps of neighbours that turn one into the other (optimal string alignment).
// Names longer than 31 count as cut there.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace phx::debug
