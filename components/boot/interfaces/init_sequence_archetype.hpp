#pragma once

#include <boot/interfaces/init_sequence.hpp>

namespace phx::boot::archetype {

struct InitSequence {
    void run(InitObserver&) { __builtin_trap(); }
    void run_cpu(InitObserver&) { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
