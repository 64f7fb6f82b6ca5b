// The system calls of this graph. Generated.
#pragma once

#include <boot/interfaces/system_calls.hpp>

namespace phx::wiring {

struct SystemCalls {
    static void dispatch(::phx::arch::UserFrame& frame);
};

inline constexpr SystemCalls system_calls{};

}  // namespace phx::wiring
