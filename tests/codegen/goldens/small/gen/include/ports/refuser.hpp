// refuser: The other system calls.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/refuser/refuser.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Refuser refuser;
}  // namespace phx::wiring

namespace phx::ports::refuser {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::refuser; }

}  // namespace phx::ports::refuser
