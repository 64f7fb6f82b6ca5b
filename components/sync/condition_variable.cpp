#include <sync/condition_variable.hpp>

namespace phx {

// Whoever notifies after the mutex was let go finds the waiter in the queue.
void ConditionVariable::wait(Mutex& mutex) {
    sync::HandoffQueue::Waiter waiter;
    {
        SpinGuard guard{lock_};
        queue_.push(waiter);
    }
    mutex.unlock();
    {
        SpinGuard guard{lock_};
        queue_.wait(guard, waiter);
    }
    mutex.lock();
}

bool ConditionVariable::wait_until(Mutex& mutex, Nanoseconds deadline) {
    sync::HandoffQueue::Waiter waiter;
    {
        SpinGuard guard{lock_};
        queue_.push(waiter);
    }
    mutex.unlock();
    bool notified = false;
    {
        SpinGuard guard{lock_};
        notified = queue_.wait_until(guard, waiter, deadline);
    }
    mutex.lock();
    return notified;
}

bool ConditionVariable::notify_one() {
    bool any = false;
    {
        const SpinGuard guard{lock_};
        if (auto* const waiter = queue_.front()) {
            queue_.give(*waiter);
            any = true;
        }
    }
    sync::run_unparked();
    return any;
}

void ConditionVariable::notify_all() {
    {
        const SpinGuard guard{lock_};
        while (auto* const waiter = queue_.front()) {
            queue_.give(*waiter);
        }
    }
    sync::run_unparked();
}

}  // namespace phx
