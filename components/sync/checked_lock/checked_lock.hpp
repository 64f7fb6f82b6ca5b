// The spinlock of debug graphs: it knows who holds it, and in which order locks have been taken.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include <sync/interfaces/lock_class.hpp>
#include <sync/interfaces/lock_report.hpp>
#include <sync/tickets.hpp>

namespace phx::sync {

class CheckedLock {
public:
    static constexpr bool excludes_cpus = true;

    constexpr CheckedLock() = default;  // the graph's instance, which nobody takes
    constexpr explicit CheckedLock(const LockClass& lock_class) : class_{&lock_class} {}
    CheckedLock(const CheckedLock&) = delete;
    CheckedLock& operator=(const CheckedLock&) = delete;

    // Not inlined: where they return to is where the lock was taken.
    [[gnu::noinline]] void lock();
    [[gnu::noinline]] bool try_lock();
    void unlock();
    [[nodiscard]] bool is_locked() const { return tickets_.is_locked(); }
    [[nodiscard]] const LockClass& lock_class() const { return *class_; }

    // TracksMutexes
    [[gnu::noinline]] static void before_mutex(const void* mutex, const LockClass& lock_class);
    [[gnu::noinline]] static void after_mutex(const void* mutex, const LockClass& lock_class);
    static void before_release(const void* mutex);

    // LockReport
    static std::span<HeldLock> held(unsigned cpu, std::span<HeldLock> out);
    static std::span<LockEdge> edges(std::span<LockEdge> out, std::size_t skip);
    static LongHold longest();
    static LockPlace place(std::uintptr_t address);

private:
    void wait(unsigned cpu);
    [[noreturn]] void die_of_recursion(unsigned cpu, std::uintptr_t site) const;
    [[noreturn]] void die_of_release(unsigned cpu) const;
    [[noreturn]] void die_of_waiting(unsigned cpu, Nanoseconds waited) const;

    Tickets tickets_;
    std::atomic<std::uint32_t> owner_{0};  // CPU number + 1, 0: nobody
    const LockClass* class_ = nullptr;
};

}  // namespace phx::sync
