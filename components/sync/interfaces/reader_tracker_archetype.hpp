#pragma once

#include <sync/interfaces/reader_tracker.hpp>

namespace phx::sync::archetype {

struct ReaderTracker {
    void stops_running(task::Thread&) { __builtin_trap(); }
};

}  // namespace phx::sync::archetype
