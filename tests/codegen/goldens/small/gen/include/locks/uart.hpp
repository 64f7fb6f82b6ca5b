// uart: A serial port.
// Its classes of locks. Generated; wiring.cpp has their ranks.
#pragma once

#include <sync/interfaces/lock_class.hpp>

namespace phx::locks::uart {

// The device.
extern constinit const ::phx::sync::LockClass device;

// Who writes a line.
extern constinit const ::phx::sync::LockClass line;

// The speed.
extern constinit const ::phx::sync::LockClass settings;

}  // namespace phx::locks::uart
