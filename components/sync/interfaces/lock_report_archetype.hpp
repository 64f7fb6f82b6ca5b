#pragma once

#include <sync/interfaces/lock_report.hpp>

namespace phx::sync::archetype {

struct LockReport {
    std::span<HeldLock> held(unsigned, std::span<HeldLock>) { __builtin_trap(); }
    std::span<LockEdge> edges(std::span<LockEdge>, std::size_t) { __builtin_trap(); }
    LongHold longest() { __builtin_trap(); }
    LockPlace place(std::uintptr_t) { __builtin_trap(); }
};

}  // namespace phx::sync::archetype
