#include "psci.hpp"

#include <arch/cpu.hpp>
#include <arch/firmware.hpp>
#include <ports/psci.hpp>

namespace phx::power {

constexpr std::uint32_t k_system_off = 0x8400'0008;
constexpr std::uint32_t k_system_reset = 0x8400'0009;

void Psci::call(std::uint32_t function) {
    boot::PsciConduit conduit = ports::psci::boot_info().psci_conduit();
    if (conduit == boot::PsciConduit::none) {
        // Nothing read yet: who was entered at EL2 has no hypervisor below, so only a secure monitor can answer.
        conduit = ports::psci::handoff().entry_level() == 2 ? boot::PsciConduit::smc : boot::PsciConduit::hvc;
    }
    if (conduit == boot::PsciConduit::smc) {
        arch::smc(function);
    } else {
        arch::hvc(function);
    }
}

void Psci::off(int status) {
    if (auto* exit_code = ports::psci::exit_code()) {
        exit_code->report(status);
    }
    call(k_system_off);
    arch::halt();
}

void Psci::reset() {
    call(k_system_reset);
    arch::halt();
}

}  // namespace phx::power
