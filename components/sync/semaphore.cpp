#include <sync/semaphore.hpp>

namespace phx {

void Semaphore::acquire() {
    SpinGuard guard{lock_};
    if (permits_ != 0) {
        --permits_;
        return;
    }
    sync::HandoffQueue::Waiter waiter;
    queue_.push(waiter);
    queue_.wait(guard, waiter);
}

bool Semaphore::acquire_until(Nanoseconds deadline) {
    SpinGuard guard{lock_};
    if (permits_ != 0) {
        --permits_;
        return true;
    }
    sync::HandoffQueue::Waiter waiter;
    queue_.push(waiter);
    return queue_.wait_until(guard, waiter, deadline);
}

bool Semaphore::try_acquire() {
    const SpinGuard guard{lock_};
    if (permits_ == 0) {
        return false;
    }
    --permits_;
    return true;
}

void Semaphore::release(std::uint32_t permits) {
    {
        const SpinGuard guard{lock_};
        for (; permits > 0 && !queue_.empty(); --permits) {
            queue_.give(*queue_.front());
        }
        permits_ += permits;
    }
    sync::run_unparked();
}

std::uint32_t Semaphore::available() {
    const SpinGuard guard{lock_};
    return permits_;
}

}  // namespace phx
