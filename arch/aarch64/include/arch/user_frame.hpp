// A program's registers while its thread is in the kernel (Arm ARM DDI 0487, B1.2.1, D1.3).
#pragma once

#include <cstddef>
#include <cstdint>

namespace phx::arch {

// At the top of the thread's kernel stack. The entry from EL0 (arch/aarch64/user) writes it whole, and the return loads all of it.
struct alignas(16) UserFrame {
    std::uint64_t x[31];
    std::uint64_t sp;
    std::uint64_t pc;
    std::uint64_t pstate;
    std::uint64_t original_x0;  // the first argument of a call, which its result overwrites
    std::int64_t call;          // the number of the call that it is in; -1: it came by an exception or an interrupt, or must not be started again
};
static_assert(sizeof(UserFrame) == 288 && offsetof(UserFrame, pc) == 256 && offsetof(UserFrame, original_x0) == 272);

// A program's floating-point and SIMD registers, in the order of the signal frame's (Linux uapi asm/sigcontext.h, fpsimd_context).
struct alignas(16) FpState {
    std::uint32_t fpsr = 0;
    std::uint32_t fpcr = 0;
    std::uint64_t v[32][2] = {};  // low half first
};

}  // namespace phx::arch
