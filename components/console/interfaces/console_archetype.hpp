#pragma once

#include <console/interfaces/console.hpp>

namespace phx::console::archetype {

struct Console {
    void write(std::string_view) { __builtin_trap(); }
    void write_now(std::string_view) { __builtin_trap(); }
    void flush() { __builtin_trap(); }
    Result<char> read() { __builtin_trap(); }
};

}  // namespace phx::console::archetype
