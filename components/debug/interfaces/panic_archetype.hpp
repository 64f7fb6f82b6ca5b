#pragma once

#include <debug/interfaces/panic.hpp>

namespace phx::debug::archetype {

struct Panic {
    [[noreturn]] void panic(std::string_view, std::source_location) { __builtin_trap(); }
    [[noreturn]] void exception(std::string_view, std::uint64_t, const std::uint64_t*, std::string_view) { __builtin_trap(); }
};

}  // namespace phx::debug::archetype
