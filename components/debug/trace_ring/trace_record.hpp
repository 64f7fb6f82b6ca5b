// One event as it lies in memory: tools/phoenix_tools/trace_data.py knows this layout.
#pragma once

#include <cstdint>

#include <debug/interfaces/trace_event.hpp>

namespace phx::debug {

struct TraceRecord {
    std::int64_t time;     // nanoseconds
    std::uint32_t event;   // where its description lies, from the image's start
    std::uint32_t thread;  // who ran; 0: an idle thread, or none
    trace::Arguments arguments;
};

}  // namespace phx::debug
