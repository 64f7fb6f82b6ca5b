#pragma once

#include <console/interfaces/serial_port.hpp>

namespace phx::console::archetype {

struct SerialPort {
    std::size_t send(std::span<const char>) { __builtin_trap(); }
    void resume() { __builtin_trap(); }
};

struct SerialInput {
    std::size_t receive(std::span<const char>) { __builtin_trap(); }
    void on_break() { __builtin_trap(); }
    void on_room() { __builtin_trap(); }
};

}  // namespace phx::console::archetype
