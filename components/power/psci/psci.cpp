#include "psci.hpp"

#include <arch/cpu.hpp>
#include <arch/firmware.hpp>
#include <ports/psci.hpp>

namespace phx::power {

namespace {

constexpr std::uint32_t k_cpu_off = 0x8400'0002;
constexpr std::uint32_t k_cpu_on = 0xc400'0003;  // with 64-bit arguments
constexpr std::uint32_t k_system_off = 0x8400'0008;
constexpr std::uint32_t k_system_reset = 0x8400'0009;

// 5.2.2: return codes are 32-bit numbers.
[[nodiscard]] Result<void> result_of(std::int64_t code) {
    switch (static_cast<std::int32_t>(code)) {
    case 0:
        return {};
    case -1:  // NOT_SUPPORTED
        return Errno::nosys;
    case -2:  // INVALID_PARAMETERS
    case -9:  // INVALID_ADDRESS
        return Errno::inval;
    case -3:  // DENIED
        return Errno::perm;
    case -4:  // ALREADY_ON
    case -5:  // ON_PENDING
        return Errno::busy;
    case -7:  // NOT_PRESENT
    case -8:  // DISABLED
        return Errno::nodev;
    default:  // INTERNAL_FAILURE, and what a later version may add
        return Errno::io;
    }
}

}  // namespace

std::int64_t Psci::call(std::uint32_t function, std::uint64_t a1, std::uint64_t a2, std::uint64_t a3) {
    boot::PsciConduit conduit = ports::psci::boot_info().psci_conduit();
    if (conduit == boot::PsciConduit::none) {
        // Nothing read yet: who was entered at EL2 has no hypervisor below, so only a secure monitor can answer.
        conduit = ports::psci::handoff().entry_level() == 2 ? boot::PsciConduit::smc : boot::PsciConduit::hvc;
    }
    return conduit == boot::PsciConduit::smc ? arch::smc(function, a1, a2, a3) : arch::hvc(function, a1, a2, a3);
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

Result<void> Psci::start(std::uint64_t mpidr, PhysAddr entry, std::uint64_t context) {
    arch::publish_stores();
    return result_of(call(k_cpu_on, mpidr, entry.value(), context));
}

// Returns only if the firmware cannot.
void Psci::stop_this() {
    call(k_cpu_off);
    arch::halt();
}

}  // namespace phx::power
