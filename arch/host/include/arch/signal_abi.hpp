// What a program and the kernel agree on about signals: the target's uapi headers, on the host too. The C library's come first, so that they do not
// come later and find the macros.
#pragma once
#pragma GCC system_header

#include <csignal>
#include <cstdint>

#include <linux/types.h>

#pragma push_macro("sa_handler")
#undef sa_handler
#define _ASM_X86_SIGNAL_H

namespace phx::uapi {

#include <aarch64-linux-gnu/include/asm/signal.h>
#include <aarch64-linux-gnu/include/linux/signal.h>

#include <aarch64-linux-gnu/include/asm/ptrace.h>
#include <aarch64-linux-gnu/include/asm/sigcontext.h>
#include <aarch64-linux-gnu/include/asm/ucontext.h>

inline constexpr std::uint64_t k_least_signal_stack = MINSIGSTKSZ;

struct SignalInfo {
    __SIGINFO;
};

}  // namespace phx::uapi

#pragma pop_macro("sa_handler")
