// handles: Some system calls.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/handles/handles.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Handles handles;
}  // namespace phx::wiring

namespace phx::ports::handles {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::handles; }

}  // namespace phx::ports::handles
