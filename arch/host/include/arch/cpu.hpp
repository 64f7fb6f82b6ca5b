// The processor of a host test. `halt` ends the test program; waiting calls what the test has put in.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace phx::arch {

namespace host {
inline void (*on_wait)() = nullptr;  // called by wait_for_interrupt, to let a test raise one
inline std::uint64_t midr = 0x411fd070;
}  // namespace host

inline void wait_for_interrupt() {
    if (host::on_wait != nullptr) {
        host::on_wait();
    }
}
inline void relax() {}
[[noreturn]] inline void halt() { std::abort(); }
[[nodiscard]] inline std::uint64_t midr() { return host::midr; }
[[nodiscard]] inline std::uint64_t mpidr() { return 0; }
[[nodiscard]] [[gnu::always_inline]] inline const std::uint64_t* frame_record() {
    return static_cast<const std::uint64_t*>(__builtin_frame_address(0));
}

}  // namespace phx::arch
