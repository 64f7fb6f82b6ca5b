// What keeps other CPUs out of a critical section. Masking this CPU's interrupts is its users' affair: <sync/spinlock.hpp> does both.
#pragma once

#include <concepts>

#include <sync/interfaces/lock_class.hpp>

namespace phx::sync {

//   T{lock_class}  constant-initialised, free. The class names the lock and ranks it; it is only referred to
//   lock()         any context, interrupts masked; waits for other CPUs. Not recursive
//   unlock()       by the CPU that locked
//   try_lock()     false: it is taken
//   is_locked()    a hint
//   excludes_cpus  false: only fit for a kernel for one CPU
template <class T>
concept SpinLockType = std::constructible_from<T, const LockClass&> && requires(T& lock, const T& const_lock) {
    { lock.lock() } -> std::same_as<void>;
    { lock.unlock() } -> std::same_as<void>;
    { lock.try_lock() } -> std::same_as<bool>;
    { const_lock.is_locked() } -> std::same_as<bool>;
    { T::excludes_cpus } -> std::convertible_to<bool>;
};

// A provider may keep track of mutexes as well, told by them in the thread that takes and releases:
//   before_mutex(mutex, class)  it is going to be waited for
//   after_mutex(mutex, class)   it has been taken
//   before_release(mutex)
template <class T>
concept TracksMutexes = requires(const void* mutex, const LockClass& lock_class) {
    T::before_mutex(mutex, lock_class);
    T::after_mutex(mutex, lock_class);
    T::before_release(mutex);
};

}  // namespace phx::sync
