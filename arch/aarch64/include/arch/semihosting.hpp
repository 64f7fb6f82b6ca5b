// Semihosting: a debugger or emulator does the call (Arm "Semihosting for AArch32 and AArch64", 2.0).
#pragma once

#include <cstdint>

namespace phx::arch {

// Without a listener the HLT is undefined; the exception handler then skips it and the call gives -1, see
// aarch64/exceptions. `parameter` is a number or the address of a block, by operation.
std::int64_t semihosting_call(std::uint32_t operation, std::uint64_t parameter);

// SYS_READC: waits for a character; negative where nobody listens.
std::int64_t semihosting_read_character();

}  // namespace phx::arch
