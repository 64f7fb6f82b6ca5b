// What a handler finds on its stack: Linux's rt_sigframe, and above it a frame record, so that debuggers see who was interrupted (Linux
// arch/arm64/kernel/signal.c; uapi asm/sigcontext.h).
#pragma once

#include <cstddef>

#include <arch/signal_abi.hpp>
#include <arch/user_frame.hpp>

namespace phx::task {

struct SignalFrame {
    uapi::siginfo_t info;
    struct uapi::ucontext context;
};
static_assert(sizeof(SignalFrame) == 4688 && sizeof(SignalFrame) % 16 == 0);
static_assert(offsetof(SignalFrame, context) == 128 && offsetof(struct uapi::ucontext, uc_mcontext) == 176);

struct FrameRecord {
    std::uint64_t fp;
    std::uint64_t lr;
};

// The registers lie in memory as in sigcontext, and so do the floating-point ones: each goes in one piece.
static_assert(offsetof(arch::UserFrame, sp) - offsetof(arch::UserFrame, x) == offsetof(struct uapi::sigcontext, sp) - offsetof(struct uapi::sigcontext, regs));
static_assert(offsetof(arch::UserFrame, pc) - offsetof(arch::UserFrame, x) == offsetof(struct uapi::sigcontext, pc) - offsetof(struct uapi::sigcontext, regs));
static_assert(offsetof(arch::UserFrame, pstate) - offsetof(arch::UserFrame, x) ==
              offsetof(struct uapi::sigcontext, pstate) - offsetof(struct uapi::sigcontext, regs));
inline constexpr std::size_t k_registers_size = offsetof(arch::UserFrame, pstate) + sizeof(std::uint64_t) - offsetof(arch::UserFrame, x);
static_assert(offsetof(arch::FpState, fpsr) == 0 && offsetof(arch::FpState, fpcr) == 4 && offsetof(arch::FpState, v) == 8);
static_assert(offsetof(struct uapi::fpsimd_context, fpsr) == 8 && offsetof(struct uapi::fpsimd_context, vregs) == 16);
inline constexpr std::size_t k_fp_size = sizeof(struct uapi::fpsimd_context) - offsetof(struct uapi::fpsimd_context, fpsr);

}  // namespace phx::task
