// Memory that readers under RCU may still look at: freed many at a time, so that a grace period costs each of them next to nothing.
#pragma once

#include <cstddef>

#include <base/interrupt_guard.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/interfaces/rcu.hpp>
#include <sync/spinlock.hpp>

namespace phx::fs {

class Graveyard {
public:
    constexpr Graveyard() = default;

    // `free` is called after a grace period. Any context but under a lock that waking a thread takes.
    void bury(sync::RcuHead& head, sync::RcuFunction free);
    // May sleep: what was buried so far is freed when this returns.
    void flush() __attribute__((locks_excluded(interrupts_off)));

private:
    static constexpr std::size_t k_batch = 32;
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("graveyard");
    struct Batch : sync::RcuHead {
        Graveyard* graveyard = nullptr;
        sync::RcuHead* first = nullptr;
    };

    static void free_all(sync::RcuHead* list);
    static void on_period(sync::RcuHead& head);

    SpinLock lock_{k_class};
    sync::RcuHead* waiting_ __attribute__((guarded_by(lock_))) = nullptr;
    std::size_t count_ __attribute__((guarded_by(lock_))) = 0;
    bool sent_ __attribute__((guarded_by(lock_))) = false;
    Batch batch_;  // between sent_ and its end it is RCU's
};

}  // namespace phx::fs
