// SYS_EXIT_EXTENDED (Arm "Semihosting for AArch32 and AArch64", 2.0, section 6.8).
#pragma once

namespace phx::power {

class SemihostingExit {
public:
    constexpr SemihostingExit() = default;

    // ExitCode
    void report(int status);
};

}  // namespace phx::power
