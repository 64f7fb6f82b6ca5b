// A kernel without trace points.
#pragma once

#include <debug/interfaces/trace_event.hpp>

namespace phx::trace {

struct NoTrace {
    static constexpr bool present = false;
    static constexpr bool is_on() { return false; }
    static void record(const Event&, const Arguments&) {}
    static void set_on(bool) {}
    static void clear() {}
    static std::uint64_t recorded() { return 0; }
};

}  // namespace phx::trace
