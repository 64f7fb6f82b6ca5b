// The locks of the library sync, for programs that no graph binds.
#pragma once

#include <sync/interfaces/lock_class.hpp>

namespace phx::locks::sync {

extern constinit const ::phx::sync::LockClass completion;
extern constinit const ::phx::sync::LockClass condition;
extern constinit const ::phx::sync::LockClass rw_mutex;
extern constinit const ::phx::sync::LockClass semaphore;

}  // namespace phx::locks::sync
