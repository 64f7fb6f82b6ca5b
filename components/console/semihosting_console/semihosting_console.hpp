// The console of a debugger or emulator (Arm "Semihosting for AArch32 and AArch64", 2.0).
#pragma once

#include <string_view>

#include <base/result.hpp>

namespace phx::console {

// Provides Console. Every call stops the machine until the other side has done it, so nothing is queued.
class SemihostingConsole {
public:
    constexpr SemihostingConsole() = default;

    void write(std::string_view text);
    void write_now(std::string_view text) { write(text); }
    void flush() {}
    // ENODEV: nobody listens, or its input has ended.
    Result<char> read();
};

}  // namespace phx::console
