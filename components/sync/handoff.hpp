// Threads that wait to be given something, first come first served: whoever has it to give takes the first off the queue and gives it, so that
// nobody can slip in between. A part of what is built here; guarded by a SpinLock of the owner's.
#pragma once

#include <cstdint>

#include <arch/thread_head.hpp>
#include <base/intrusive_list.hpp>
#include <sync/parking.hpp>

namespace phx::sync {

class HandoffQueue {
public:
    struct Waiter : ListNode {
        task::Thread* thread = nullptr;
        arch::ThreadHead* head = nullptr;  // the same, in a graph without threads too
        std::uint8_t wish = 0;  // the owner's to read
        bool given = false;
    };

    constexpr explicit HandoffQueue(const char* name) : name_{name} {}

    // With the lock held.
    [[nodiscard]] bool empty() { return waiters_.empty(); }
    [[nodiscard]] Waiter* front() { return waiters_.front(); }
    void push(Waiter& waiter) {
        waiter.thread = parkable();
        waiter.head = arch::current();
        waiters_.push_back(waiter);
    }
    void give(Waiter& waiter) {
        IntrusiveList<Waiter>::remove(waiter);
        waiter.given = true;
        unpark(waiter.thread);
    }
    // May sleep; the waiter has been pushed. Returns with the lock held.
    void wait(SpinGuard& guard, Waiter& waiter);
    // False: the deadline came first, and it waits no longer.
    bool wait_until(SpinGuard& guard, Waiter& waiter, Nanoseconds deadline);

    [[nodiscard]] const char* name() const { return name_; }

private:
    const char* name_;
    IntrusiveList<Waiter> waiters_;
};

}  // namespace phx::sync
