// How one CPU waits for another, for a bounded time.
#pragma once

#include <arch/cpu.hpp>
#include <base/types.hpp>
#include <ports/smp.hpp>

namespace phx::smp {

inline constexpr std::int64_t k_look = 20;  // ns, about what one look takes where there is no clock to ask

// False: it did not come true in time.
bool wait_until(auto condition, Nanoseconds limit) {
    auto* clock = ports::smp::clock();
    const Nanoseconds start = clock != nullptr ? clock->now() : Nanoseconds{};
    for (Nanoseconds passed; passed < limit;) {
        if (condition()) {
            return true;
        }
        arch::relax();
        passed = clock != nullptr ? clock->now() - start : passed + Nanoseconds{k_look};
    }
    return condition();
}

}  // namespace phx::smp
