// Waking, and moving waiters from word to word.
#include <task/futexes/futexes.hpp>

#include <functional>

#include <linux/futex.h>
#include <ports/futexes.hpp>
#include <sync/parking.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {

FutexTable::Bucket& FutexTable::bucket_of(const Key& key) {
    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4); the lowest bits of both are always the same.
    const std::uint64_t mixed = (reinterpret_cast<std::uintptr_t>(key.object) >> 4 ^ key.offset >> 2) * 0x9e37'79b9'7f4a'7c15;
    return buckets_[mixed >> 32 & (k_buckets - 1)];
}

// A private word is the address space's at that address, whatever is mapped there.
Result<FutexTable::Key> FutexTable::key_of(FutexWord word, bool is_private) {
    if (!word.address().is_aligned(sizeof(std::uint32_t))) {
        return Errno::inval;
    }
    if (!vm::in_user_half(word.address(), sizeof(std::uint32_t))) {
        return Errno::fault;
    }
    vm::AddressSpace& space = *current_user().space;
    if (is_private) {
        return Key{&space, word.address().value()};
    }
    return ports::futexes::memory().identify(space, word.address());
}

std::uint32_t FutexTable::wake(FutexWord word, std::uint32_t count) {
    const Result<Key> key = key_of(word, false);
    return key ? wake_key(*key, count, k_any) : 0;
}

// Nobody waits, mostly. Who is about to wait has counted itself before it looked at the word; and the program changed the word before this.
std::uint32_t FutexTable::wake_key(const Key& key, std::uint32_t count, std::uint32_t bits) {
    Bucket& bucket = bucket_of(key);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (bucket.waiting.load(std::memory_order_relaxed) == 0) [[likely]] {
        return 0;
    }
    std::uint32_t woken = 0;
    {
        const SpinGuard guard{bucket.lock};
        woken = wake_in(bucket, key, count, bits);
    }
    if (woken != 0) {
        sync::run_unparked();
    }
    return woken;
}

// At least one, as Linux has it. A thread that is off the list may only go on once it has the lock.
std::uint32_t FutexTable::wake_in(Bucket& bucket, const Key& key, std::uint32_t count, std::uint32_t bits) {
    std::uint32_t woken = 0;
    for (auto each = bucket.waiters.begin(); each != bucket.waiters.end();) {
        Waiter& waiter = *each;
        ++each;
        if (waiter.key == key && (waiter.bits & bits) != 0) {
            IntrusiveList<Waiter>::remove(waiter);
            bucket.waiting.fetch_sub(1, std::memory_order_relaxed);
            sync::unpark(waiter.thread);
            if (++woken >= count) {
                break;
            }
        }
    }
    return woken;
}

namespace {

// Two spinlocks of one class, in the order of their addresses; perhaps the same one.
class [[clang::scoped_lockable]] BothLocks {
public:
    BothLocks(SpinLock& a, SpinLock& b) __attribute__((acquire_capability(a, b, interrupts_off), no_thread_safety_analysis))
        : first_{std::less<>{}(&a, &b) ? a : b}, second_{&a == &b ? nullptr : &first_ == &a ? &b : &a} {
        first_.lock();
        if (second_ != nullptr) {
            second_->lock();
        }
    }
    __attribute__((release_capability(), no_thread_safety_analysis)) ~BothLocks() {
        if (second_ != nullptr) {
            second_->unlock();
        }
        first_.unlock();
    }
    BothLocks(const BothLocks&) = delete;
    BothLocks& operator=(const BothLocks&) = delete;

private:
    const InterruptGuard guard_;
    SpinLock& first_;
    SpinLock* second_;
};

}  // namespace

// FUTEX_REQUEUE and FUTEX_CMP_REQUEUE (futex(2)).
Result<std::int64_t> FutexTable::requeue(FutexWord from, FutexWord to, std::uint32_t wakes, std::uint32_t moves, const std::uint32_t* expected,
                                         bool is_private) {
    if (static_cast<std::int32_t>(wakes) < 0 || static_cast<std::int32_t>(moves) < 0) {
        return Errno::inval;
    }
    const Key source_key = TRY(key_of(from, is_private));
    const Key target_key = TRY(key_of(to, is_private));
    Bucket& source = bucket_of(source_key);
    Bucket& target = bucket_of(target_key);
    std::int64_t done = 0;
    for (;;) {
        {
            const BothLocks locks{source.lock, target.lock};
            const Result<std::uint32_t> value = expected != nullptr ? vm::load_word_now(from) : Result<std::uint32_t>{0U};
            if (value) {
                if (expected != nullptr && *value != *expected) {
                    return Errno::again;
                }
                done = move_waiters(source, target, source_key, target_key, wakes, moves);
                break;
            }
            if (value.error() != Errno::fault) {
                return value.error();
            }
        }
        TRY(vm::bring_in(from.address(), false));
    }
    sync::run_unparked();
    return done;
}

// The locks of both are held.
[[clang::no_thread_safety_analysis]] std::int64_t FutexTable::move_waiters(Bucket& source, Bucket& target, const Key& from, const Key& to,
                                                                           std::uint32_t wakes, std::uint32_t moves) {
    std::int64_t done = wakes != 0 ? wake_in(source, from, wakes, k_any) : 0;
    std::uint32_t moved = 0;
    for (auto each = source.waiters.begin(); each != source.waiters.end() && moved < moves && !(from == to);) {
        Waiter& waiter = *each;
        ++each;
        if (waiter.key == from) {
            IntrusiveList<Waiter>::remove(waiter);
            source.waiting.fetch_sub(1, std::memory_order_relaxed);
            target.waiting.fetch_add(1, std::memory_order_relaxed);
            waiter.key = to;
            waiter.bucket.store(&target, std::memory_order_release);
            target.waiters.push_back(waiter);
            ++moved;
        }
    }
    return done + moved;
}

namespace {

// What FUTEX_WAKE_OP does to the second word, and asks of what was there (linux/futex.h, FUTEX_OP).
struct WordOperation {
    std::uint32_t operation = 0;
    std::uint32_t comparison = 0;
    std::int32_t argument = 0;
    std::int32_t compared = 0;

    explicit WordOperation(std::uint32_t encoded)
        : operation{encoded >> 28 & 7}, comparison{encoded >> 24 & 15}, argument{static_cast<std::int32_t>(encoded << 8) >> 20},
          compared{static_cast<std::int32_t>(encoded << 20) >> 20} {
        if ((encoded >> 28 & FUTEX_OP_OPARG_SHIFT) != 0) {
            argument = static_cast<std::int32_t>(1U << (argument & 31));
        }
    }
    [[nodiscard]] Result<std::uint32_t> apply(std::uint32_t old) const {
        const auto number = static_cast<std::uint32_t>(argument);
        switch (operation) {
        case FUTEX_OP_SET: return number;
        case FUTEX_OP_ADD: return old + number;
        case FUTEX_OP_OR: return old | number;
        case FUTEX_OP_ANDN: return old & ~number;
        case FUTEX_OP_XOR: return old ^ number;
        default: return Errno::nosys;
        }
    }
    [[nodiscard]] Result<bool> compare(std::uint32_t word) const {
        const auto old = static_cast<std::int32_t>(word);
        switch (comparison) {
        case FUTEX_OP_CMP_EQ: return old == compared;
        case FUTEX_OP_CMP_NE: return old != compared;
        case FUTEX_OP_CMP_LT: return old < compared;
        case FUTEX_OP_CMP_LE: return old <= compared;
        case FUTEX_OP_CMP_GT: return old > compared;
        case FUTEX_OP_CMP_GE: return old >= compared;
        default: return Errno::nosys;
        }
    }
};

// The word before; EFAULT: it must be brought in.
Result<std::uint32_t> change_now(FutexWord word, const WordOperation& operation) {
    std::uint32_t old = TRY(vm::load_word_now(word));
    for (;;) {
        const std::uint32_t seen = TRY(vm::exchange_word_now(word, old, TRY(operation.apply(old))));
        if (seen == old) {
            return old;
        }
        old = seen;
    }
}

}  // namespace

Result<std::int64_t> FutexTable::wake_op(FutexWord first, FutexWord second, std::uint32_t wakes, std::uint32_t more_wakes, std::uint32_t encoded,
                                         bool is_private) {
    const WordOperation operation{encoded};
    const Key first_key = TRY(key_of(first, is_private));
    const Key second_key = TRY(key_of(second, is_private));
    Bucket& first_bucket = bucket_of(first_key);
    Bucket& second_bucket = bucket_of(second_key);
    std::int64_t woken = 0;
    for (;;) {
        {
            const BothLocks locks{first_bucket.lock, second_bucket.lock};
            const Result<std::uint32_t> old = change_now(second, operation);
            if (old) {
                woken = wake_in(first_bucket, first_key, wakes, k_any);
                if (TRY(operation.compare(*old))) {
                    woken += wake_in(second_bucket, second_key, more_wakes, k_any);
                }
                break;
            }
            if (old.error() != Errno::fault) {
                return old.error();
            }
        }
        TRY(vm::bring_in(second.address(), true));
    }
    sync::run_unparked();
    return woken;
}

}  // namespace phx::task
