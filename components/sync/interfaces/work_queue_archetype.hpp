#pragma once

#include <sync/interfaces/work_queue.hpp>

namespace phx::sync::archetype {

struct WorkQueue {
    bool schedule(Work&) { __builtin_trap(); }
    Result<void> schedule_delayed(DelayedWork&, Nanoseconds) { __builtin_trap(); }
    void flush(Work&) { __builtin_trap(); }
    bool cancel_sync(Work&) { __builtin_trap(); }
    bool cancel_sync(DelayedWork&) { __builtin_trap(); }
    WorkStatistics statistics() { __builtin_trap(); }
};

}  // namespace phx::sync::archetype
