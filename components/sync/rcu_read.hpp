// The read side of RCU. What a reader finds through an RcuPointer stays until the end of the section in which it did.
//
//   const RcuGuard guard;
//   if (const Route* route = route_.read()) { ... }
//
// Any context; nests; costs six instructions. A thread may be preempted in a section, and go on on another CPU; it must not sleep there, as
// nobody's memory would come free meanwhile. How the end of all sections is found: components/sync/rcu.
#pragma once

#include <atomic>
#include <cstdint>

#include <arch/thread_head.hpp>
#include <sync/rcu_reader.hpp>

namespace phx {

[[nodiscard]] inline bool is_reading_rcu(const arch::ThreadHead& head) {
    return (head.rcu_sections & sync::k_outside_rcu) == 0;
}

class RcuGuard {
public:
    // The word is this thread's, and no other CPU looks at it while the thread runs. An interrupt between the two accesses leaves the thread
    // outside as it found it; if it counted a section, that count is lost, which does no harm: it need only differ between two sections of the
    // thread's that follow each other.
    RcuGuard() : head_{*arch::current()}, outer_{head_.rcu_sections} {
        head_.rcu_sections = outer_ & ~((1U << k_count_shift) - 1);
        std::atomic_signal_fence(std::memory_order_seq_cst);  // for this CPU's own interrupts
    }
    // Adds the bit `outside`, as it was, to the count: 1 at the end of the outermost section, else 0.
    ~RcuGuard() {
        std::atomic_signal_fence(std::memory_order_seq_cst);
        head_.rcu_sections = outer_ + (outer_ << k_count_shift);
    }
    RcuGuard(const RcuGuard&) = delete;
    RcuGuard& operator=(const RcuGuard&) = delete;

private:
    static constexpr unsigned k_count_shift = 16;
    static_assert(sync::k_outside_rcu == 1);

    arch::ThreadHead& head_;
    std::uint32_t outer_;
};

// Points to what readers share. One writer at a time.
template <class T>
class RcuPointer {
public:
    constexpr RcuPointer() = default;
    constexpr explicit RcuPointer(T* target) : target_{target} {}

    // In a section.
    [[nodiscard]] T* read() const { return target_.load(std::memory_order_acquire); }
    // The target is complete. Returns the one before, which may go after a grace period.
    T* publish(T* target) {
        T* const before = target_.load(std::memory_order_relaxed);
        target_.store(target, std::memory_order_release);
        return before;
    }

private:
    std::atomic<T*> target_{nullptr};
};

}  // namespace phx
