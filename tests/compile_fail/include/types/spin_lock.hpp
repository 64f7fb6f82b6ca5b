// SpinLock of a kernel for one CPU, for programs that no graph binds.
#pragma once

#include <sync/interfaces/no_lock.hpp>

namespace phx::types {

using SpinLock = sync::NoLock;

}  // namespace phx::types
