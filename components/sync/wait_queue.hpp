// Threads that wait for something, first come first served. What they wait for, and the queue itself, is guarded by one SpinLock of the owner's.
//
//   SpinGuard guard{lock_};
//   queue_.wait(guard, [&] { return !items_.empty(); });      // the waiter
//
//   SpinGuard guard{lock_};                                    // the waker
//   items_.push(x);
//   queue_.wake_one(guard);                                    // lets go of the lock
//
// In a graph without threads a waiter sleeps until the next interrupt and looks again.
#pragma once

#include <cstddef>
#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/intrusive_list.hpp>
#include <base/types.hpp>
#include <sync/parking.hpp>
#include <sync/spinlock.hpp>

namespace phx::task {
class Thread;
}

namespace phx {

class WaitQueue {
public:
    // `name` is what listings say that its threads wait for.
    constexpr explicit WaitQueue(const char* name) : name_{name} {}

    // Returns with the lock held and the predicate true; both are looked at again after each wake-up. May sleep, so the guard is the only
    // one that is held.
    template <class Predicate>
    void wait(SpinGuard& guard, Predicate&& until) __attribute__((requires_capability(interrupts_off))) {
        while (!until()) {
            wait_once(guard);
        }
    }
    // False: the deadline came, and the predicate is false still. Needs Timers in the graph.
    template <class Predicate>
    bool wait_until(SpinGuard& guard, Nanoseconds deadline, Predicate&& until) __attribute__((requires_capability(interrupts_off))) {
        while (!until()) {
            if (!wait_once_until(guard, deadline)) {
                return until();
            }
        }
        return true;
    }

    // The same for a thread of a program, which a signal may call away: false: the predicate is false still, and a signal that it does not block
    // waits for it. A thread of the kernel's has no signals.
    template <class Predicate>
    bool wait_interruptible(SpinGuard& guard, Predicate&& until) __attribute__((requires_capability(interrupts_off))) {
        while (!until()) {
            if (!wait_once_interruptible(guard)) {
                return until();
            }
        }
        return true;
    }
    // The same for what must not be given up for a signal's sake: false: the predicate is false still, and the thread is to end.
    template <class Predicate>
    bool wait_killable(SpinGuard& guard, Predicate&& until) __attribute__((requires_capability(interrupts_off))) {
        while (!until()) {
            if (!wait_once_killable(guard)) {
                return until();
            }
        }
        return true;
    }
    template <class Predicate>
    WaitEnd wait_interruptible_until(SpinGuard& guard, Nanoseconds deadline, Predicate&& until)
        __attribute__((requires_capability(interrupts_off))) {
        while (!until()) {
            const WaitEnd end = wait_once_interruptible_until(guard, deadline);
            if (end != WaitEnd::woken) {
                return until() ? WaitEnd::woken : end;
            }
        }
        return WaitEnd::woken;
    }

    // Any context, with the guard's lock held, which is released: then a more urgent thread that was woken runs at once. False: nobody waited.
    bool wake_one(SpinGuard& guard) __attribute__((requires_capability(interrupts_off)));
    bool wake_all(SpinGuard& guard) __attribute__((requires_capability(interrupts_off)));
    // The same, and the lock stays held: for who wakes several queues' threads under it. sync::run_unparked() after it is released.
    void wake_all_locked() __attribute__((requires_capability(interrupts_off)));

    // With the lock held.
    [[nodiscard]] bool empty() { return waiters_.empty(); }

private:
    struct Waiter : ListNode {
        task::Thread* thread = nullptr;
    };

    void wait_once(SpinGuard& guard);
    bool wait_once_until(SpinGuard& guard, Nanoseconds deadline);
    bool wait_once_interruptible(SpinGuard& guard);
    bool wait_once_killable(SpinGuard& guard);
    bool wait_once_unless(SpinGuard& guard, std::uint32_t bits);
    WaitEnd wait_once_interruptible_until(SpinGuard& guard, Nanoseconds deadline);
    static void wake(Waiter& waiter);

    const char* name_;
    IntrusiveList<Waiter> waiters_;
};

}  // namespace phx
