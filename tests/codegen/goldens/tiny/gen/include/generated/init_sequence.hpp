// Start-up of this graph. Generated.
#pragma once

#include <boot/interfaces/init_sequence.hpp>

namespace phx::wiring {

struct InitSequence {
    static void run(::phx::boot::InitObserver& observer);
    static void run_cpu(::phx::boot::InitObserver& observer);
};

inline constexpr InitSequence init_sequence{};

}  // namespace phx::wiring
