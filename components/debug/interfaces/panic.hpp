// The last words of a kernel.
#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <string_view>

namespace phx::debug {

// Any context, also a broken one; neither returns. They print why and where, with a symbolised backtrace, and end the machine with a failing
// status.
//   panic(reason, where)                  called by the code that found it
//   exception(reason, pc, frame, detail)  an exception nobody handles: where it happened, the frame record then, and lines of registers
template <class T>
concept Panic = requires(T& sink, std::string_view text, std::source_location where, std::uint64_t pc,
                         const std::uint64_t* frame) {
    sink.panic(text, where);
    sink.exception(text, pc, frame, text);
};

}  // namespace phx::debug
