#pragma once

#include <syscall/interfaces/unknown_call_counts.hpp>

namespace phx::syscall::archetype {

struct UnknownCallCounts {
    template <class F>
    void for_each(F&&) const {
        __builtin_trap();
    }
};

}  // namespace phx::syscall::archetype
