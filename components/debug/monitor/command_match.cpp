#include "command_match.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace phx::debug {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    constexpr std::size_t longest = 31;
    a = a.substr(0, longest);
    b = b.substr(0, longest);
    using Row = std::array<std::uint8_t, longest + 1>;
    std::array<Row, 3> rows{};
    const auto row = [&rows](std::size_t i) -> Row& { return rows[i % 3]; };
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row(0)[j] = static_cast<std::uint8_t>(j);
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row(i)[0] = static_cast<std::uint8_t>(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::uint8_t replaced = static_cast<std::uint8_t>(row(i - 1)[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            const std::uint8_t deleted = static_cast<std::uint8_t>(row(i - 1)[j] + 1);
            const std::uint8_t inserted = static_cast<std::uint8_t>(row(i)[j - 1] + 1);
            std::uint8_t best = std::min({replaced, deleted, inserted});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = std::min(best, static_cast<std::uint8_t>(row(i - 2)[j - 2] + 1));
            }
            row(i)[j] = best;
        }
    }
    return row(a.size())[b.size()];
}

}  // namespace phx::debug
