#pragma once

namespace phx::task::archetype {

struct Preemption {
    void on_interrupt_exit() { __builtin_trap(); }
    void on_user_return() { __builtin_trap(); }
};

}  // namespace phx::task::archetype
