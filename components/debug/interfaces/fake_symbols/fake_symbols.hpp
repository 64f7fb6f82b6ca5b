// Names every address of the host's pretended text.
#pragma once

#include <optional>

#include <arch/image.hpp>
#include <debug/interfaces/symbols.hpp>

namespace phx::debug {

class FakeSymbols {
public:
    constexpr FakeSymbols() = default;

    [[nodiscard]] std::optional<Symbol> find(VirtAddr address) const {
        if (!arch::text_range().contains(address)) {
            return std::nullopt;
        }
        return Symbol{"function", address - arch::text_range().begin};
    }
};

}  // namespace phx::debug
