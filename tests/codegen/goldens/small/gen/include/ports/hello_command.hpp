// hello_command: Says hello.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/hello_command/hello_command.hpp>

namespace phx::wiring {
extern constinit ::phx::core::HelloCommand hello;
}  // namespace phx::wiring

namespace phx::ports::hello_command {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::hello; }

}  // namespace phx::ports::hello_command
