#pragma once

#include <task/interfaces/thread_launcher.hpp>

namespace phx::task::archetype {

struct ThreadLauncher {
    [[noreturn]] void launch(ThreadFunction, void*) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
