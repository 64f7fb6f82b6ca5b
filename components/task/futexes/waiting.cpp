// Waiting for a word.
#include <arch/thread_head.hpp>
#include <ports/futexes.hpp>
#include <sync/parking.hpp>
#include <task/futexes/futexes.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

constexpr std::uint32_t k_called_by = arch::k_signal_pending | arch::k_ending;

}  // namespace

// EAGAIN: the word is another one; ETIMEDOUT; restart_sys: a signal came.
Result<void> FutexTable::wait(FutexWord word, std::uint32_t expected, std::uint32_t bits, bool is_private, const Limit& limit) {
    Waiter waiter;
    waiter.thread = &current();
    waiter.key = TRY(key_of(word, is_private));
    waiter.bits = bits;
    Bucket& bucket = bucket_of(waiter.key);
    for (;;) {
        const Result<bool> waited = wait_in(bucket, waiter, word, expected, limit);
        if (!waited) {
            return waited.error();
        }
        if (*waited) {
            return {};
        }
        TRY(vm::bring_in(word.address(), false));
    }
}

// False: the word was not there to be looked at. The count before the look: see wake_key.
[[clang::no_thread_safety_analysis]] Result<bool> FutexTable::wait_in(Bucket& bucket, Waiter& waiter, FutexWord word, std::uint32_t expected,
                                                                      const Limit& limit) {
    SpinGuard guard{bucket.lock};
    bucket.waiting.fetch_add(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const Result<std::uint32_t> value = vm::load_word_now(word);
    if (!value || *value != expected) {
        bucket.waiting.fetch_sub(1, std::memory_order_relaxed);
        return !value ? (value.error() == Errno::fault ? Result<bool>{false} : value.error()) : Errno::again;
    }
    waiter.bucket.store(&bucket, std::memory_order_relaxed);
    bucket.waiters.push_back(waiter);
    WaitEnd end = park(guard, limit);
    if (!waiter.is_linked() && waiter.bucket.load(std::memory_order_relaxed) == &bucket) [[likely]] {
        return true;
    }
    guard.unlock();
    return settle(waiter, limit, end);
}

[[clang::no_thread_safety_analysis]] WaitEnd FutexTable::park(SpinGuard& guard, const Limit& limit) {
    if (limit.exists) {
        return sync::park_until_unless(guard, "futex", limit.deadline, k_called_by);
    }
    return sync::park_unless(guard, "futex", k_called_by) ? WaitEnd::woken : WaitEnd::interrupted;
}

// In whichever list it is now: until it is in none, or its time is over, or it is called away.
[[clang::no_thread_safety_analysis]] Result<bool> FutexTable::settle(Waiter& waiter, const Limit& limit, WaitEnd end) {
    for (;;) {
        Bucket& bucket = *waiter.bucket.load(std::memory_order_acquire);
        SpinGuard guard{bucket.lock};
        for (;;) {
            if (waiter.bucket.load(std::memory_order_relaxed) != &bucket) {
                break;  // moved meanwhile
            }
            if (!waiter.is_linked()) {
                return true;
            }
            if (end != WaitEnd::woken) {
                IntrusiveList<Waiter>::remove(waiter);
                bucket.waiting.fetch_sub(1, std::memory_order_relaxed);
                return end == WaitEnd::timed_out ? Errno::timedout : Errno::restart_sys;
            }
            end = park(guard, limit);
        }
    }
}

}  // namespace phx::task
