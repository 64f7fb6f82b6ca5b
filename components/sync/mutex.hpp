// A lock whose holder may sleep. A waiter that is more urgent than the owner lends it its urgency, through chains of owners that wait in turn
// (priority inheritance); while the owner runs on another CPU a waiter spins, as it will be free soon.
#pragma once

#include <atomic>
#include <cstdint>

#include <arch/thread_head.hpp>
#include <base/interrupt_guard.hpp>
#include <base/intrusive_list.hpp>
#include <sync/interfaces/lock_class.hpp>
#include <sync/interfaces/spin_lock.hpp>
#include <types/spin_lock.hpp>

namespace phx::task {
class Thread;
}

namespace phx {

class [[clang::capability("mutex")]] Mutex : public ListNode {  // in its owner's list while others wait for it
public:
    constexpr explicit Mutex(const sync::LockClass& lock_class) : class_{&lock_class} {}

    // Thread context, may sleep. Not recursive: who owns it already stops the machine.
    [[clang::acquire_capability()]] __attribute__((locks_excluded(interrupts_off))) void lock() {
        will_wait();
        std::uintptr_t expected = 0;
        if (!word_.compare_exchange_strong(expected, self(), std::memory_order_acquire, std::memory_order_relaxed)) [[unlikely]] {
            lock_contended();
        }
        has_taken();
    }
    [[clang::try_acquire_capability(true)]] bool try_lock() {
        std::uintptr_t expected = 0;
        const bool taken = word_.compare_exchange_strong(expected, self(), std::memory_order_acquire, std::memory_order_relaxed);
        if (taken) {
            has_taken();
        }
        return taken;
    }
    // By its owner; anybody else stops the machine.
    [[clang::release_capability()]] void unlock() {
        will_release();
        std::uintptr_t expected = self();
        if (!word_.compare_exchange_strong(expected, 0, std::memory_order_release, std::memory_order_relaxed)) [[unlikely]] {
            unlock_contended();
        }
    }
    // Null: free, or about to be somebody's who waited. Any context, a hint unless the caller is the owner.
    [[nodiscard]] task::Thread* owner() const {
        return reinterpret_cast<task::Thread*>(word_.load(std::memory_order_relaxed) & ~k_contended);
    }
    [[nodiscard]] const char* name() const { return class_->name; }

    // Calls f(context, mutex, waiter) for each thread that waits for a mutex of this owner's, which must not end meanwhile; any context, with
    // interrupts masked and a lock held.
    using WaitVisitor = void (*)(void* context, const Mutex& mutex, const task::Thread& waiter);
    static void for_each_waiter(const task::Thread& owner, WaitVisitor f, void* context);

private:
    static constexpr std::uintptr_t k_contended = 1;  // somebody waits: unlocking takes the long way
    static constexpr unsigned k_patience = 3;        // wake-ups without getting it
    struct Waiter;

    [[nodiscard]] static std::uintptr_t self() { return reinterpret_cast<std::uintptr_t>(arch::current()); }
    // Nothing, unless the graph's spinlocks keep track of mutexes too.
    template <class Tracker = types::SpinLock>
    [[gnu::always_inline]] void will_wait() const {
        if constexpr (sync::TracksMutexes<Tracker>) {
            Tracker::before_mutex(this, *class_);
        }
    }
    template <class Tracker = types::SpinLock>
    [[gnu::always_inline]] void has_taken() const {
        if constexpr (sync::TracksMutexes<Tracker>) {
            Tracker::after_mutex(this, *class_);
        }
    }
    template <class Tracker = types::SpinLock>
    [[gnu::always_inline]] void will_release() const {
        if constexpr (sync::TracksMutexes<Tracker>) {
            Tracker::before_release(this);
        }
    }
    void lock_contended();
    void unlock_contended();
    [[nodiscard]] bool take_free(task::Thread& thread);
    void own(task::Thread& thread);
    [[nodiscard]] bool spin();
    void wait_as_cpu();
    [[nodiscard]] Waiter* most_urgent();
    static void lend(task::Thread* owner);

    std::atomic<std::uintptr_t> word_{0};
    bool impatient_ = false;  // a waiter has lost out too often; guarded as waiters_
    const sync::LockClass* class_;
    IntrusiveList<Waiter> waiters_;  // guarded by the lock of all contended mutexes, in mutex.cpp
};

class [[clang::scoped_lockable]] MutexGuard {
public:
    explicit MutexGuard(Mutex& mutex) __attribute__((acquire_capability(mutex), locks_excluded(interrupts_off)));
    [[clang::release_capability()]] ~MutexGuard() { mutex_.unlock(); }
    MutexGuard(const MutexGuard&) = delete;
    MutexGuard& operator=(const MutexGuard&) = delete;

private:
    Mutex& mutex_;
};

inline MutexGuard::MutexGuard(Mutex& mutex) : mutex_{mutex} {
    mutex_.lock();
}

}  // namespace phx
