// bump: Hands out and never takes back.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <core/bump/bump.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Bump pages;
}  // namespace phx::wiring

namespace phx::ports::bump {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::pages; }

}  // namespace phx::ports::bump
