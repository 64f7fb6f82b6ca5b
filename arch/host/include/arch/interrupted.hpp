// What an interrupt's entry left on the stack, as a test pretends it.
#pragma once

#include <cstdint>

namespace phx::arch {

namespace host {
inline std::uint64_t entry_start = 0;
inline std::uint64_t entry_end = 0;
}  // namespace host

[[nodiscard]] inline bool is_entry_code(std::uint64_t pc) { return pc >= host::entry_start && pc < host::entry_end; }
[[nodiscard]] inline std::uint64_t interrupted_link(const std::uint64_t* record) { return *(record - 3); }

}  // namespace phx::arch
