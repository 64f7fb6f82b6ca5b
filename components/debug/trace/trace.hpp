// Trace points: see README.md.
#pragma once

#include <algorithm>
#include <concepts>
#include <string_view>

#include <debug/interfaces/trace_event.hpp>
#include <types/trace_sink.hpp>

namespace phx::trace {

// For what is worth a function of its own: `if (trace::is_on()) [[unlikely]] { ... }`.
[[nodiscard, gnu::always_inline]] inline bool is_on() {
    if constexpr (types::TraceSink::present) {
        return types::TraceSink::is_on();
    } else {
        return false;
    }
}

// Any context.
template <std::convertible_to<std::uint64_t>... Values>
    requires(sizeof...(Values) <= Event::k_arguments)
[[gnu::always_inline]] inline void point(const Event& event, Values... values) {
    if (is_on()) [[unlikely]] {
        types::TraceSink::record(event, Arguments{static_cast<std::uint64_t>(values)...});
    }
}

// The eight characters of a text from 8 * part on, as an argument of name `$...`.
[[nodiscard]] inline std::uint64_t text(std::string_view all, std::size_t part) {
    std::uint64_t value = 0;
    for (std::size_t i = std::min(all.size(), 8 * part + 8); i > 8 * part; --i) {
        value = value << 8 | static_cast<unsigned char>(all[i - 1]);
    }
    return value;
}

}  // namespace phx::trace
