// The interrupt mask as a plain flag per host thread.
#pragma once

#include <cstdint>

namespace phx::arch {

enum class InterruptState : std::uint64_t {};

namespace host {
inline thread_local bool masked = false;
inline void (*on_unmask)() = nullptr;  // called whenever interrupts come on, to let a test deliver what is pending

inline void set_masked(bool to) {
    const bool on = masked && !to;
    masked = to;
    if (on && on_unmask != nullptr) {
        on_unmask();
    }
}
}  // namespace host

[[nodiscard]] inline InterruptState save_and_mask_interrupts() {
    const auto state = static_cast<InterruptState>(host::masked);
    host::masked = true;
    return state;
}
inline void restore_interrupts(InterruptState state) { host::set_masked(static_cast<std::uint64_t>(state) != 0); }
inline void mask_interrupts() { host::masked = true; }
inline void unmask_interrupts() { host::set_masked(false); }
[[nodiscard]] inline bool interrupts_masked(InterruptState state) { return static_cast<std::uint64_t>(state) != 0; }
[[nodiscard]] inline bool interrupts_masked() { return host::masked; }

}  // namespace phx::arch
