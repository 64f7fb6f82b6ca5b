#pragma once

#include <tty/interfaces/terminals.hpp>

namespace phx::tty::archetype {

struct Terminals {
    void on_session_end(task::Session&) { __builtin_trap(); }
    ControllingTerminal of(task::Session&) { __builtin_trap(); }
};

}  // namespace phx::tty::archetype
