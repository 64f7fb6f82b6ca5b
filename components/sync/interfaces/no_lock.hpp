// The lock of a kernel for one CPU: with interrupts masked nobody else runs, so there is nothing to do.
#pragma once

#include <sync/interfaces/lock_class.hpp>

namespace phx::sync {

class NoLock {
public:
    static constexpr bool excludes_cpus = false;

    constexpr explicit NoLock(const LockClass&) {}
    void lock() {}
    void unlock() {}
    bool try_lock() { return true; }
    [[nodiscard]] bool is_locked() const { return false; }
};

}  // namespace phx::sync
