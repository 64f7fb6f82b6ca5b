// The processor of a host test. `halt` ends the test program, or calls what the test has put in, which throws; waiting calls
// what the test has put in.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include <sched.h>

namespace phx::arch {

namespace host {
inline void (*on_wait)() = nullptr;  // called by wait_for_interrupt, to let a test raise one
inline void (*on_halt)() = nullptr;
inline std::uint64_t midr = 0x411fd070;
inline thread_local std::uint64_t mpidr = 0;
}  // namespace host

inline void wait_for_interrupt() {
    if (host::on_wait != nullptr) {
        host::on_wait();
    }
}
// CPUs are host threads, and there may be more of them than the host has processors.
inline void relax() { sched_yield(); }
inline void publish_stores() { std::atomic_thread_fence(std::memory_order_seq_cst); }
[[noreturn]] inline void halt() {
    if (host::on_halt != nullptr) {
        host::on_halt();
    }
    std::abort();
}
inline void undefined_instruction() { __builtin_trap(); }
[[nodiscard]] inline std::uint64_t midr() { return host::midr; }
[[nodiscard]] inline std::uint64_t mpidr() { return host::mpidr; }
[[nodiscard]] [[gnu::always_inline]] inline const std::uint64_t* frame_record() {
    return static_cast<const std::uint64_t*>(__builtin_frame_address(0));
}

}  // namespace phx::arch
