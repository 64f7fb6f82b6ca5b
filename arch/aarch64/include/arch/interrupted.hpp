// What an interrupt's entry (exceptions/vectors.S) left on the stack of the code that it interrupted.
#pragma once

#include <cstdint>

extern "C" {
extern const char __entry_start[];
extern const char __entry_end[];
}

namespace phx::arch {

// Whether a return address lies in the entry code: what that called is the handler, and the record before it the interrupted code's.
[[nodiscard]] inline bool is_entry_code(std::uint64_t pc) {
    return pc >= reinterpret_cast<std::uintptr_t>(__entry_start) && pc < reinterpret_cast<std::uintptr_t>(__entry_end);
}
// x30 of the interrupted code: `record` is the frame record that interrupt_entry pushed.
[[nodiscard]] inline std::uint64_t interrupted_link(const std::uint64_t* record) {
    return *(record - 3);
}

}  // namespace phx::arch
