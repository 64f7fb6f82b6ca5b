#include "semihosting_exit.hpp"

#include <cstdint>

#include <arch/semihosting.hpp>

namespace phx::power {

constexpr std::uint32_t k_sys_exit_extended = 0x20;
constexpr std::uint64_t k_application_exit = 0x20026;  // ADP_Stopped_ApplicationExit

void SemihostingExit::report(int status) {
    const std::uint64_t block[2] = {k_application_exit, static_cast<std::uint64_t>(status)};
    arch::semihosting_call(k_sys_exit_extended, reinterpret_cast<std::uintptr_t>(block));
}

}  // namespace phx::power
