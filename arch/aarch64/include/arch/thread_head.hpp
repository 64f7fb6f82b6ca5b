// The thread that this CPU runs: TPIDR_EL1 points to its head. It follows the thread to another CPU, so that reading it is right in any
// context, and what is written to it stays the thread's.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace phx::arch {

struct ThreadHead {
    // Both in one word, so that one load tells an interrupt's end whether to preempt (vectors.S).
    std::uint32_t preempt_count = 0;  // preemption is off while it is not 0
    std::uint32_t need_resched = 0;   // another thread should run
    std::uint32_t cpu = 0;            // where it runs; stable while preemption or interrupts are off
    std::uint32_t rcu_sections = 0;   // see <sync/rcu_read.hpp>
    // What is to be done before the thread goes back to its program: UserWork. Others set bits, atomically, and see to it that it looks.
    std::atomic<std::uint32_t> user_work{0};
};
static_assert(offsetof(ThreadHead, need_resched) == 4 && offsetof(ThreadHead, user_work) == 16);

enum UserWork : std::uint32_t {
    k_signal_pending = 1,   // a signal that is not blocked: waits that signals may end do not begin
    k_restore_fp = 2,       // the CPU's floating-point registers are somebody else's
    k_notify = 4,           // other components' work
    k_ending = 8,           // it is to end: Processes::end_thread
};

// Not volatile: within a thread it never changes.
[[nodiscard]] inline ThreadHead* current() {
    ThreadHead* head;
    asm("mrs %0, tpidr_el1" : "=r"(head));
    return head;
}
inline void set_current(ThreadHead* head) {
    asm volatile("msr tpidr_el1, %0" : : "r"(head) : "memory");
}

}  // namespace phx::arch
