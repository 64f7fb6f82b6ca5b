// klog: Keeps messages in a ring.
// Its classes of locks. Generated; wiring.cpp has their ranks.
#pragma once

#include <sync/interfaces/lock_class.hpp>

namespace phx::locks::klog {

// The messages kept.
extern constinit const ::phx::sync::LockClass ring;

}  // namespace phx::locks::klog
