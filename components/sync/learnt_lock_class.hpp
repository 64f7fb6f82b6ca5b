// Classes of locks whose place in the order no manifest declares yet: their order is learnt at run time, as long as they nest one way (checked_lock). For
// components of programs' domains (task, vm, fs, tty) until their manifests say what is called under each; elsewhere `locks:` is the way.
#pragma once

#include <sync/interfaces/lock_class.hpp>

namespace phx::sync {

struct LearntLockClass {
    static constexpr LockClass make(const char* name) { return {name, 0}; }
};

}  // namespace phx::sync
