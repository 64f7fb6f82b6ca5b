#pragma once

#include <syscall/interfaces/system_calls.hpp>

namespace phx::syscall::archetype {

struct SystemCalls {
    void dispatch(arch::UserFrame&) const { __builtin_trap(); }
};

}  // namespace phx::syscall::archetype
