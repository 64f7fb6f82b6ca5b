// What RCU keeps of a thread that was found in a read-side section.
#pragma once

#include <cstdint>

#include <base/intrusive_list.hpp>

namespace phx::task {
class Thread;
}

namespace phx::sync {

// A thread's rcu_sections: bit 0 is set while it is outside of all sections, and from bit 16 on it counts those that it has left. A thread that
// is found inside twice with another count has left the first section in between. (0 for a head that is no thread: nobody looks.)
inline constexpr std::uint32_t k_outside_rcu = 1;

struct RcuReader : ListNode {
    task::Thread* thread = nullptr;
    std::uint64_t since = 0;    // the grace period that had begun when it was found
    std::uint32_t section = 0;  // its rcu_sections then
    bool listed = false;        // written by the CPU that runs the thread
};

}  // namespace phx::sync
