// Names for code addresses.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include <base/types.hpp>

namespace phx::debug {

struct Symbol {
    std::string_view name;  // valid for good
    std::uint64_t offset;   // bytes from the function's start
};

// Any context. Nothing for an address outside the kernel's text.
template <class T>
concept Symbols = requires(const T& symbols, VirtAddr address) {
    { symbols.find(address) } -> std::same_as<std::optional<Symbol>>;
};

}  // namespace phx::debug
