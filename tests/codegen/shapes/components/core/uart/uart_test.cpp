#include <wiring.hpp>

static_assert(phx::params::uart::left.registers.data.size == 0x10000 && phx::params::uart::right.interrupts.line.id() == 33);
