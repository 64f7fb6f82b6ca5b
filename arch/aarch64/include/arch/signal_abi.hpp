// What a program and the kernel agree on about signals: Linux's uapi headers, in a namespace, as the C library has such names too. Its macros for
// members (si_pid and so on) are better left alone: a host test's C library has its own.
#pragma once

#include <cstdint>

#include <linux/types.h>

namespace phx::uapi {

#include <asm/ptrace.h>
#include <linux/signal.h>

#include <asm/sigcontext.h>
#include <asm/ucontext.h>

inline constexpr std::uint64_t k_least_signal_stack = MINSIGSTKSZ;

// The part of siginfo_t that means something; the kernel keeps no more.
struct SignalInfo {
    __SIGINFO;
};

}  // namespace phx::uapi
