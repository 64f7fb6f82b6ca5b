#include <sync/completion.hpp>

namespace phx {

bool Completion::take() {
    if (done_ == 0) {
        return false;
    }
    if (done_ != k_all) {
        --done_;
    }
    return true;
}

// The waiter is woken under the lock, which it takes before it returns: until then the completion is there.
void Completion::complete() {
    {
        const SpinGuard guard{lock_};
        if (auto* const waiter = queue_.front()) {
            queue_.give(*waiter);
        } else if (done_ != k_all) {
            ++done_;
        }
    }
    sync::run_unparked();
}

void Completion::complete_all() {
    {
        const SpinGuard guard{lock_};
        done_ = k_all;
        while (auto* const waiter = queue_.front()) {
            queue_.give(*waiter);
        }
    }
    sync::run_unparked();
}

void Completion::wait() {
    SpinGuard guard{lock_};
    if (!take()) {
        sync::HandoffQueue::Waiter waiter;
        queue_.push(waiter);
        queue_.wait(guard, waiter);
    }
}

bool Completion::wait_until(Nanoseconds deadline) {
    SpinGuard guard{lock_};
    if (take()) {
        return true;
    }
    sync::HandoffQueue::Waiter waiter;
    queue_.push(waiter);
    return queue_.wait_until(guard, waiter, deadline);
}

bool Completion::try_wait() {
    const SpinGuard guard{lock_};
    return take();
}

bool Completion::is_done() {
    const SpinGuard guard{lock_};
    return done_ != 0;
}

}  // namespace phx
