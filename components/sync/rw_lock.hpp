// Locks that many readers, or one writer, hold at a time. Both kinds are fair: readers and writers are served in the order in which they came,
// so neither starves, and a reader must not take the same lock again.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include <arch/cpu.hpp>
#include <arch/thread_head.hpp>
#include <base/interrupt_guard.hpp>
#include <locks/sync.hpp>
#include <sync/handoff.hpp>
#include <sync/spinlock.hpp>

namespace phx {

namespace sync {

// Everybody draws a number. A reader's turn comes when all before it have at least begun to read, a writer's when all before it have finished.
// Both counters are changed by atomic additions only, so that each addition carries on the release sequence of those before it
// ([intro.races]): whoever acquires a counter sees what all did who were counted.
class RwTickets {
public:
    void lock_shared() {
        const std::uint32_t ticket = next_.fetch_add(1, std::memory_order_relaxed);
        while (readers_turn_.load(std::memory_order_acquire) != ticket) {
            arch::relax();
        }
        readers_turn_.fetch_add(1, std::memory_order_relaxed);
    }
    void unlock_shared() { writers_turn_.fetch_add(1, std::memory_order_release); }
    void lock() {
        const std::uint32_t ticket = next_.fetch_add(1, std::memory_order_relaxed);
        while (writers_turn_.load(std::memory_order_acquire) != ticket) {
            arch::relax();
        }
    }
    void unlock() {
        readers_turn_.fetch_add(1, std::memory_order_release);
        writers_turn_.fetch_add(1, std::memory_order_release);
    }
    bool try_lock_shared() {
        std::uint32_t ticket = readers_turn_.load(std::memory_order_acquire);
        if (!next_.compare_exchange_strong(ticket, ticket + 1, std::memory_order_acquire, std::memory_order_relaxed)) {
            return false;
        }
        readers_turn_.fetch_add(1, std::memory_order_relaxed);
        return true;
    }
    bool try_lock() {
        std::uint32_t ticket = writers_turn_.load(std::memory_order_acquire);
        return next_.compare_exchange_strong(ticket, ticket + 1, std::memory_order_acquire, std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint32_t> next_{0};
    std::atomic<std::uint32_t> readers_turn_{0};
    std::atomic<std::uint32_t> writers_turn_{0};
};

// With interrupts masked on the only CPU nobody else runs.
struct NoRwTickets {
    void lock_shared() {}
    void unlock_shared() {}
    void lock() {}
    void unlock() {}
    bool try_lock_shared() { return true; }
    bool try_lock() { return true; }
};

}  // namespace sync

// Any context; interrupts are masked while it is held, by readers too: an interrupt handler that read again would wait behind a writer that
// waits for the reader it has interrupted.
class [[clang::capability("spinlock")]] RwSpinLock {
public:
    constexpr RwSpinLock() = default;
    RwSpinLock(const RwSpinLock&) = delete;
    RwSpinLock& operator=(const RwSpinLock&) = delete;

    // With interrupts masked already.
    [[clang::acquire_shared_capability()]] void lock_shared() { tickets_.lock_shared(); }
    [[clang::release_shared_capability()]] void unlock_shared() { tickets_.unlock_shared(); }
    [[clang::acquire_capability()]] void lock() { tickets_.lock(); }
    [[clang::release_capability()]] void unlock() { tickets_.unlock(); }
    [[clang::try_acquire_shared_capability(true)]] bool try_lock_shared() { return tickets_.try_lock_shared(); }
    [[clang::try_acquire_capability(true)]] bool try_lock() { return tickets_.try_lock(); }

private:
    [[no_unique_address]] std::conditional_t<types::CpuModel::max_cpus == 1, sync::NoRwTickets, sync::RwTickets> tickets_;
};

class [[clang::scoped_lockable]] SpinReadGuard {
public:
    explicit SpinReadGuard(RwSpinLock& lock) __attribute__((acquire_shared_capability(lock), acquire_capability(interrupts_off)));
    [[clang::release_capability()]] ~SpinReadGuard() {
        lock_.unlock_shared();
        arch::restore_interrupts(state_);
    }
    SpinReadGuard(const SpinReadGuard&) = delete;
    SpinReadGuard& operator=(const SpinReadGuard&) = delete;

private:
    RwSpinLock& lock_;
    arch::InterruptState state_;
};

inline SpinReadGuard::SpinReadGuard(RwSpinLock& lock) : lock_{lock}, state_{arch::save_and_mask_interrupts()} {
    lock_.lock_shared();
}

class [[clang::scoped_lockable]] SpinWriteGuard {
public:
    explicit SpinWriteGuard(RwSpinLock& lock) __attribute__((acquire_capability(lock, interrupts_off)));
    [[clang::release_capability()]] ~SpinWriteGuard() {
        lock_.unlock();
        arch::restore_interrupts(state_);
    }
    SpinWriteGuard(const SpinWriteGuard&) = delete;
    SpinWriteGuard& operator=(const SpinWriteGuard&) = delete;

private:
    RwSpinLock& lock_;
    arch::InterruptState state_;
};

inline SpinWriteGuard::SpinWriteGuard(RwSpinLock& lock) : lock_{lock}, state_{arch::save_and_mask_interrupts()} {
    lock_.lock();
}

// Its holders may sleep. It lends no urgency: readers are many, and nobody knows them.
class [[clang::capability("mutex")]] RwMutex {
public:
    constexpr explicit RwMutex(const char* name) : queue_{name} {}
    RwMutex(const RwMutex&) = delete;
    RwMutex& operator=(const RwMutex&) = delete;

    // Thread context, may sleep.
    [[clang::acquire_shared_capability()]] void lock_shared() __attribute__((locks_excluded(interrupts_off)));
    [[clang::acquire_capability()]] void lock() __attribute__((locks_excluded(interrupts_off)));
    [[clang::try_acquire_shared_capability(true)]] bool try_lock_shared();
    [[clang::try_acquire_capability(true)]] bool try_lock();
    [[clang::release_shared_capability()]] void unlock_shared();
    // By the writer; anybody else stops the machine.
    [[clang::release_capability()]] void unlock();
    // The writer goes on as a reader, with no writer in between.
    void downgrade();

    // Hints.
    [[nodiscard]] std::uint32_t readers();
    [[nodiscard]] task::Thread* writer();  // null: nobody writes
    [[nodiscard]] const char* name() const { return queue_.name(); }

private:
    enum Wish : std::uint8_t { read, write };

    void hand_over() __attribute__((requires_capability(lock_)));
    [[nodiscard]] bool is_mine() __attribute__((requires_capability(lock_))) { return writer_ == arch::current(); }
    void check_writer(const char* what) __attribute__((requires_capability(lock_)));

    SpinLock lock_{locks::sync::rw_mutex};
    std::uint32_t readers_ __attribute__((guarded_by(lock_))) = 0;
    arch::ThreadHead* writer_ __attribute__((guarded_by(lock_))) = nullptr;
    sync::HandoffQueue queue_;  // guarded by lock_
};

class [[clang::scoped_lockable]] ReadGuard {
public:
    explicit ReadGuard(RwMutex& mutex) __attribute__((acquire_shared_capability(mutex), locks_excluded(interrupts_off)));
    [[clang::release_capability()]] ~ReadGuard() { mutex_.unlock_shared(); }
    ReadGuard(const ReadGuard&) = delete;
    ReadGuard& operator=(const ReadGuard&) = delete;

private:
    RwMutex& mutex_;
};

inline ReadGuard::ReadGuard(RwMutex& mutex) : mutex_{mutex} {
    mutex_.lock_shared();
}

class [[clang::scoped_lockable]] WriteGuard {
public:
    explicit WriteGuard(RwMutex& mutex) __attribute__((acquire_capability(mutex), locks_excluded(interrupts_off)));
    [[clang::release_capability()]] ~WriteGuard() { mutex_.unlock(); }
    WriteGuard(const WriteGuard&) = delete;
    WriteGuard& operator=(const WriteGuard&) = delete;

private:
    RwMutex& mutex_;
};

inline WriteGuard::WriteGuard(RwMutex& mutex) : mutex_{mutex} {
    mutex_.lock();
}

}  // namespace phx
