// The processor: who made it, and whether it has what the kernel takes for granted.
#pragma once

#include <base/result.hpp>

namespace phx::arch {

class Cpu {
public:
    constexpr Cpu() = default;

    // Boot context. ENODEV: an unknown processor (with `unknown: halt`), or one without 4 KiB pages.
    Result<void> init();
};

}  // namespace phx::arch
