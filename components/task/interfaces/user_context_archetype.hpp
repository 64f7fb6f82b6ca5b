#pragma once

#include <task/interfaces/user_context.hpp>

namespace phx::task::archetype {

struct UserContext {
    void leave(Thread&) { __builtin_trap(); }
    void enter(Thread&) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
