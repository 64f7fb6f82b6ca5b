// Read-copy-update: waiting until everybody has left the read-side sections (RcuGuard, <sync/rcu_read.hpp>) that they are in.
#pragma once

#include <concepts>
#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/types.hpp>
#include <sync/mpsc_queue.hpp>

namespace phx::sync {

struct RcuHead;
using RcuFunction = void (*)(RcuHead& head);

// Embedded in what is given back later.
struct RcuHead : MpscNode {
    RcuFunction function = nullptr;
};

struct RcuStatistics {
    std::uint64_t periods = 0;  // that have ended
    std::uint64_t calls = 0;    // functions asked for
    std::uint64_t called = 0;   // and called
    Nanoseconds longest;        // grace period; 0 without a clock
};

//   synchronize()         may sleep, not in a section: returns when all sections that had begun before it have ended
//   call(head, function)  any context but under a lock that waking a thread takes: function(head) runs after such a time, in thread context,
//                         where it may sleep but holds up others; the head is then its own. In the order of calls from one CPU
//   barrier()             may sleep: returns when all functions have run that were asked for before it
//   statistics()          any context
template <class T>
concept Rcu = requires(T& rcu, RcuHead& head, RcuFunction function) {
    { rcu.synchronize() } -> std::same_as<void>;
    { rcu.call(head, function) } -> std::same_as<void>;
    { rcu.barrier() } -> std::same_as<void>;
    { rcu.statistics() } -> std::same_as<RcuStatistics>;
};

}  // namespace phx::sync
