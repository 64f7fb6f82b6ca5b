// Threads that wait for a word, in lists by a hash of where the word is.
//
// A bucket's lock guards its list and, while it is held, what the threads in it wait for. FUTEX_REQUEUE moves threads from list to list with both
// locks held; so a thread that comes back from its wait looks in which list it is, takes the lock of that, and looks again.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <base/user.hpp>
#include <params/futexes.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/parking.hpp>
#include <sync/spinlock.hpp>
#include <task/interfaces/futexes.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::task {

using FutexWord = UserPtr<std::uint32_t>;

class FutexTable {
public:
    constexpr FutexTable() = default;

    // Futexes
    std::uint32_t wake(FutexWord word, std::uint32_t count);
    void leave_memory(UserThread& thread);

    // System calls
    Result<std::int64_t> sys_futex(FutexWord word, std::uint32_t operation, std::uint32_t value, UserPtr<void> timeout, FutexWord second,
                                   std::uint32_t third_value);
    Result<void> sys_set_robust_list(UserPtr<void> head, std::size_t size);
    Result<void> sys_get_robust_list(Pid pid, UserPtr<std::uint64_t> head, UserPtr<std::uint64_t> size);

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("futex");
    static constexpr std::uint32_t k_any = ~std::uint32_t{0};  // FUTEX_BITSET_MATCH_ANY
    static constexpr std::size_t k_buckets = static_cast<std::size_t>(params::futexes::buckets);
    static_assert((k_buckets & (k_buckets - 1)) == 0);

    using Key = vm::MemoryPlace;
    struct Bucket;
    struct Waiter : ListNode {
        Thread* thread = nullptr;
        Key key;
        std::uint32_t bits = 0;
        std::atomic<Bucket*> bucket{nullptr};  // changes with the locks of both held
    };
    struct Bucket {
        SpinLock lock{k_class};
        std::atomic<std::uint32_t> waiting{0};  // threads in the list, or about to look whether they must wait
        IntrusiveList<Waiter> waiters __attribute__((guarded_by(lock)));
    };
    struct Limit {
        bool exists = false;
        Nanoseconds deadline;  // on the monotonic clock
    };

    [[nodiscard]] Bucket& bucket_of(const Key& key);
    static Result<Key> key_of(FutexWord word, bool is_private);

    Result<void> wait(FutexWord word, std::uint32_t expected, std::uint32_t bits, bool is_private, const Limit& limit)
        __attribute__((locks_excluded(interrupts_off)));
    static Result<bool> wait_in(Bucket& bucket, Waiter& waiter, FutexWord word, std::uint32_t expected, const Limit& limit)
        __attribute__((locks_excluded(interrupts_off)));
    static WaitEnd park(SpinGuard& guard, const Limit& limit);
    static Result<bool> settle(Waiter& waiter, const Limit& limit, WaitEnd end) __attribute__((locks_excluded(interrupts_off)));
    Result<std::int64_t> wait_restartably(FutexWord word, std::uint32_t expected, std::uint32_t bits, bool is_private, const Limit& limit)
        __attribute__((locks_excluded(interrupts_off)));
    static Result<std::int64_t> go_on(const RestartBlock& block);
    static Result<Limit> limit_of(std::uint32_t command, bool is_realtime, UserPtr<void> timeout);

    std::uint32_t wake_key(const Key& key, std::uint32_t count, std::uint32_t bits);
    static std::uint32_t wake_in(Bucket& bucket, const Key& key, std::uint32_t count, std::uint32_t bits)
        __attribute__((requires_capability(bucket.lock, interrupts_off)));
    Result<std::int64_t> requeue(FutexWord from, FutexWord to, std::uint32_t wakes, std::uint32_t moves, const std::uint32_t* expected,
                                 bool is_private);
    static std::int64_t move_waiters(Bucket& source, Bucket& target, const Key& from, const Key& to, std::uint32_t wakes, std::uint32_t moves);
    Result<std::int64_t> wake_op(FutexWord first, FutexWord second, std::uint32_t wakes, std::uint32_t more_wakes, std::uint32_t operation,
                                 bool is_private);

    bool give_up(FutexWord word, Pid tid, bool inherits, bool is_pending);

    std::array<Bucket, k_buckets> buckets_;
};

}  // namespace phx::task
