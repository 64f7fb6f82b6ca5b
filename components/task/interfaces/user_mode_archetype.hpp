#pragma once

#include <task/interfaces/user_mode.hpp>

namespace phx::task::archetype {

struct UserMode {
    [[noreturn]] void enter() { __builtin_trap(); }
    void start(arch::UserFrame&, UserAddr, UserAddr) { __builtin_trap(); }
    void save_fp(UserThread&) { __builtin_trap(); }
    void discard_fp() { __builtin_trap(); }
    arch::FpState& replace_fp() { __builtin_trap(); }
    [[nodiscard]] std::uint64_t thread_pointer() const { __builtin_trap(); }
    [[nodiscard]] std::uint64_t hardware_capabilities() const { __builtin_trap(); }
    [[nodiscard]] std::uint64_t hardware_capabilities_2() const { __builtin_trap(); }
};

}  // namespace phx::task::archetype
