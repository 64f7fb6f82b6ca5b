// Spinlocks. Whoever holds one has interrupts masked on its CPU, so it is neither interrupted nor preempted, and an interrupt handler may
// take the same lock. Sections are short: what takes long belongs under a Mutex.
//
//   SpinLock lock_{locks::mine::items};      // <locks/mine.hpp>: declared under `locks:` in the manifest of component `mine`
//   int items_ __attribute__((guarded_by(lock_))) = 0;
//   ...
//   const SpinGuard guard{lock_};
//   ++items_;
#pragma once

#include <base/interrupt_guard.hpp>
#include <sync/interfaces/lock_class.hpp>
#include <types/cpu_model.hpp>
#include <types/spin_lock.hpp>

namespace phx {

using sync::LockClass;

class [[clang::capability("spinlock")]] SpinLock {
public:
    constexpr explicit SpinLock(const LockClass& lock_class) : lock_{lock_class} {}
    SpinLock(const SpinLock&) = delete;
    SpinLock& operator=(const SpinLock&) = delete;

    // With interrupts masked already.
    [[clang::acquire_capability()]] void lock() { lock_.lock(); }
    [[clang::release_capability()]] void unlock() { lock_.unlock(); }
    [[clang::try_acquire_capability(true)]] bool try_lock() { return lock_.try_lock(); }
    [[nodiscard]] bool is_locked() const { return lock_.is_locked(); }

private:
    static_assert(types::SpinLock::excludes_cpus || types::CpuModel::max_cpus == 1,
                  "a kernel for several CPUs needs a lock that keeps them apart: add an instance of ticket_lock or queued_lock to the graph");
    [[no_unique_address]] types::SpinLock lock_;
};

// Masks interrupts and takes the lock for a scope. Any context.
class [[clang::scoped_lockable]] SpinGuard {
public:
    explicit SpinGuard(SpinLock& lock) __attribute__((acquire_capability(lock, interrupts_off)));
    [[clang::release_capability()]] ~SpinGuard() {
        if (held_) {
            lock_.unlock();
            arch::restore_interrupts(state_);
        }
    }
    SpinGuard(const SpinGuard&) = delete;
    SpinGuard& operator=(const SpinGuard&) = delete;

    // Before the scope ends, and again.
    [[clang::release_capability()]] void unlock() {
        held_ = false;
        lock_.unlock();
        arch::restore_interrupts(state_);
    }
    [[clang::acquire_capability()]] void relock() {
        state_ = arch::save_and_mask_interrupts();
        lock_.lock();
        held_ = true;
    }

    // The same with interrupts masked all the time, for a switch to another thread in between.
    [[clang::release_capability()]] void unlock_masked() { lock_.unlock(); }
    [[clang::acquire_capability()]] void relock_masked() { lock_.lock(); }

    // Interrupts were masked before already, and will be after it: nobody may sleep in between.
    [[nodiscard]] bool is_nested() const { return arch::interrupts_masked(state_); }

private:
    SpinLock& lock_;
    arch::InterruptState state_;
    bool held_ = true;
};

// The same where interrupts are masked already, as under another lock. (The analysis takes what a scoped guard requires for its own to release, so
// that it cannot be told.)
class [[clang::scoped_lockable]] InnerSpinGuard {
public:
    explicit InnerSpinGuard(SpinLock& lock) __attribute__((acquire_capability(lock)));
    [[clang::release_capability()]] ~InnerSpinGuard() { lock_.unlock(); }
    InnerSpinGuard(const InnerSpinGuard&) = delete;
    InnerSpinGuard& operator=(const InnerSpinGuard&) = delete;

private:
    SpinLock& lock_;
};

inline InnerSpinGuard::InnerSpinGuard(SpinLock& lock) : lock_{lock} {
    lock_.lock();
}

inline SpinGuard::SpinGuard(SpinLock& lock) : lock_{lock}, state_{arch::save_and_mask_interrupts()} {
    lock_.lock();
}

}  // namespace phx
