#include <sync/handoff.hpp>

namespace phx::sync {

[[clang::no_thread_safety_analysis]] void HandoffQueue::wait(SpinGuard& guard, Waiter& waiter) {
    while (!waiter.given) {
        park(guard, name_);
    }
}

[[clang::no_thread_safety_analysis]] bool HandoffQueue::wait_until(SpinGuard& guard, Waiter& waiter, Nanoseconds deadline) {
    while (!waiter.given) {
        if (!park_until(guard, name_, deadline)) {
            IntrusiveList<Waiter>::remove(waiter);
            return false;
        }
    }
    return true;
}

}  // namespace phx::sync
