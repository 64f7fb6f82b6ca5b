#pragma once

#include <task/interfaces/vdso.hpp>

namespace phx::task::archetype {

struct Vdso {
    Result<UserAddr> map(vm::AddressSpace&) { __builtin_trap(); }
    [[nodiscard]] UserAddr sigreturn(UserAddr) const { __builtin_trap(); }
};

}  // namespace phx::task::archetype
