#pragma once

#include <log/interfaces/log.hpp>

namespace phx::log::archetype {

struct Log {
    static constexpr Level lowest = Level::debug;
    void write(Level, std::string_view, std::string_view, std::span<const FormatArg>) { __builtin_trap(); }
    std::optional<Record> next(std::uint64_t, std::span<char>) { __builtin_trap(); }
};

}  // namespace phx::log::archetype
