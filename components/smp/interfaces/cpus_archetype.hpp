#pragma once

#include <smp/interfaces/cpus.hpp>

namespace phx::smp::archetype {

struct Cpus {
    void start_all() { __builtin_trap(); }
    [[nodiscard]] CpuMask online() const { __builtin_trap(); }
    [[nodiscard]] unsigned count() const { __builtin_trap(); }
    void reschedule(unsigned) { __builtin_trap(); }
    void call(unsigned, CallFunction, void*) { __builtin_trap(); }
    void call_others(CallFunction, void*) { __builtin_trap(); }
    void stop_others() { __builtin_trap(); }
};

}  // namespace phx::smp::archetype
