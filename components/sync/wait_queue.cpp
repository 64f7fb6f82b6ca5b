#include <sync/wait_queue.hpp>

#include <arch/cpu.hpp>
#include <ports/sync.hpp>
#include <sync/parking.hpp>

namespace phx {
namespace {

constexpr std::uint32_t k_called_by = arch::k_signal_pending | arch::k_ending;

}  // namespace

// Between the threads' lock and ours interrupts stay masked: unmasking them for a moment would cost a wake-up its time.
[[clang::no_thread_safety_analysis]] void WaitQueue::wait_once(SpinGuard& guard) {
    auto* threads = ports::sync::threads();
    if (threads == nullptr) {
        sync::park(guard, name_);
        return;
    }
    if (guard.is_nested()) [[unlikely]] {
        sync::sleeping_in_atomic_context();
    }
    Waiter waiter;
    waiter.thread = &task::current();
    waiters_.push_back(waiter);
    threads->prepare_to_wait(name_);
    guard.unlock_masked();
    threads->block_masked();
    guard.relock_masked();
    if (waiter.is_linked()) {
        IntrusiveList<Waiter>::remove(waiter);
    }
}

[[clang::no_thread_safety_analysis]] bool WaitQueue::wait_once_until(SpinGuard& guard, Nanoseconds deadline) {
    Waiter waiter;
    waiter.thread = sync::parkable();
    waiters_.push_back(waiter);
    const bool waited = sync::park_until(guard, name_, deadline);
    if (waiter.is_linked()) {
        IntrusiveList<Waiter>::remove(waiter);
    }
    return waited;
}

[[clang::no_thread_safety_analysis]] bool WaitQueue::wait_once_unless(SpinGuard& guard, std::uint32_t bits) {
    Waiter waiter;
    waiter.thread = sync::parkable();
    waiters_.push_back(waiter);
    const bool waited = sync::park_unless(guard, name_, bits);
    if (waiter.is_linked()) {
        IntrusiveList<Waiter>::remove(waiter);
    }
    return waited;
}

[[clang::no_thread_safety_analysis]] bool WaitQueue::wait_once_interruptible(SpinGuard& guard) { return wait_once_unless(guard, k_called_by); }

[[clang::no_thread_safety_analysis]] bool WaitQueue::wait_once_killable(SpinGuard& guard) { return wait_once_unless(guard, arch::k_ending); }

[[clang::no_thread_safety_analysis]] WaitEnd WaitQueue::wait_once_interruptible_until(SpinGuard& guard, Nanoseconds deadline) {
    Waiter waiter;
    waiter.thread = sync::parkable();
    waiters_.push_back(waiter);
    const WaitEnd end = sync::park_until_unless(guard, name_, deadline, k_called_by);
    if (waiter.is_linked()) {
        IntrusiveList<Waiter>::remove(waiter);
    }
    return end;
}

// Under the lock, so that the waiter, which takes it again, cannot be gone meanwhile.
void WaitQueue::wake(Waiter& waiter) {
    if (auto* threads = ports::sync::threads(); threads != nullptr && waiter.thread != nullptr) {
        threads->wake_masked(*waiter.thread);
    }
}

[[clang::no_thread_safety_analysis]] bool WaitQueue::wake_one(SpinGuard& guard) {
    Waiter* const waiter = waiters_.pop_front();
    if (waiter != nullptr) {
        wake(*waiter);
    }
    guard.unlock();
    if (auto* threads = ports::sync::threads(); waiter != nullptr && threads != nullptr) {
        threads->preempt_if_needed();
    }
    return waiter != nullptr;
}

void WaitQueue::wake_all_locked() {
    while (Waiter* const waiter = waiters_.pop_front()) {
        wake(*waiter);
    }
}

[[clang::no_thread_safety_analysis]] bool WaitQueue::wake_all(SpinGuard& guard) {
    const bool any = !waiters_.empty();
    wake_all_locked();
    guard.unlock();
    if (auto* threads = ports::sync::threads(); any && threads != nullptr) {
        threads->preempt_if_needed();
    }
    return any;
}

}  // namespace phx
