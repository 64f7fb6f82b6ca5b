// Going to a program, and what comes back from it.
#pragma once

#include <concepts>
#include <cstdint>

#include <arch/user_frame.hpp>
#include <base/user.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {

// Of the processor at EL0. Thread context; none sleeps, but `enter`.
//   enter()               a thread of a program's whose frame() is filled in: goes there; does not return. It need not be new
//   start(frame, pc, sp)  registers as execve(2) leaves them: all 0 but these, the running thread's thread pointer too
//   save_fp(thread)       the running thread's floating-point registers into its record, where they stay valid too (fork, signal frames)
//   discard_fp()          the running thread begins with zeros (execve)
//   replace_fp()          the running thread's record, to be written whole (sigreturn): the CPU takes it over before the program goes on
//   thread_pointer()      TPIDR_EL0 of the running thread, whose UserThread::thread_pointer is older (fork)
//   hardware_capabilities() AT_HWCAP (Linux uapi asm/hwcap.h), hardware_capabilities_2() AT_HWCAP2
template <class T>
concept UserMode = requires(T& mode, const T& const_mode, UserThread& thread, arch::UserFrame& frame, UserAddr at) {
    { mode.enter() } -> std::same_as<void>;
    { mode.start(frame, at, at) } -> std::same_as<void>;
    { mode.save_fp(thread) } -> std::same_as<void>;
    { mode.discard_fp() } -> std::same_as<void>;
    { mode.replace_fp() } -> std::same_as<arch::FpState&>;
    { const_mode.thread_pointer() } -> std::same_as<std::uint64_t>;
    { const_mode.hardware_capabilities() } -> std::same_as<std::uint64_t>;
    { const_mode.hardware_capabilities_2() } -> std::same_as<std::uint64_t>;
};

}  // namespace phx::task
