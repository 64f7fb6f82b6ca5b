#pragma once

#include <sync/interfaces/rcu.hpp>

namespace phx::sync::archetype {

struct Rcu {
    void synchronize() { __builtin_trap(); }
    void call(RcuHead&, RcuFunction) { __builtin_trap(); }
    void barrier() { __builtin_trap(); }
    RcuStatistics statistics() { __builtin_trap(); }
};

}  // namespace phx::sync::archetype
