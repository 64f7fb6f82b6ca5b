// timer: A timer with a physical and a virtual counter.
// Its classes of locks. Generated; wiring.cpp has their ranks.
#pragma once

#include <sync/interfaces/lock_class.hpp>

namespace phx::locks::timer {

// What the timer stands at.
extern constinit const ::phx::sync::LockClass armed;

// What it is armed for.
extern constinit const ::phx::sync::LockClass wheel;

}  // namespace phx::locks::timer
