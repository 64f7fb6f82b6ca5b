// The thread that this CPU runs, with one CPU for each host thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace phx::arch {

struct ThreadHead {
    std::uint32_t preempt_count = 0;
    std::uint32_t need_resched = 0;
    std::uint32_t cpu = 0;
    std::uint32_t rcu_sections = 0;
    std::atomic<std::uint32_t> user_work{0};
};

enum UserWork : std::uint32_t {
    k_signal_pending = 1,
    k_restore_fp = 2,
    k_notify = 4,
    k_ending = 8,
};

namespace host {
inline thread_local ThreadHead first_head;
inline thread_local ThreadHead* head = &first_head;
}  // namespace host

[[nodiscard]] inline ThreadHead* current() { return host::head; }
inline void set_current(ThreadHead* head) { host::head = head; }

}  // namespace phx::arch
