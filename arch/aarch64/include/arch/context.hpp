// Switching between threads of the kernel: what the procedure call standard lets a callee rely on is kept on the stack that is left
// (AAPCS64, 6.1.1). The kernel uses no floating-point registers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace phx::arch {

struct Context {
    std::uint64_t sp = 0;
    std::uint64_t fp = 0;
    std::uint64_t pc = 0;
};

using ThreadStart = void (*)(void* argument);

// Where a new thread begins (context.S), see make_context.
extern "C" void phx_thread_start();

// Goes on where `to` left off, and returns once somebody switches back. Interrupts masked. The compiler keeps on the stack what it has in
// registers.
[[gnu::always_inline]] inline void switch_context(Context& from, const Context& to) {
    register Context* left asm("x0") = &from;
    register const Context* entered asm("x1") = &to;
    asm volatile(
        "adr x3, 1f\n\t"
        "mov x2, sp\n\t"
        "stp x2, x29, [x0]\n\t"
        "str x3, [x0, #16]\n\t"
        "ldp x2, x29, [x1]\n\t"
        "ldr x30, [x1, #16]\n\t"
        "mov sp, x2\n\t"
        "ret\n"
        "1:"
        : "+r"(left), "+r"(entered)
        :
        : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
          "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x30", "cc", "memory");
}

// A thread that will call start(argument), which must not return, on the stack that ends at `top` (16-byte aligned).
inline void make_context(Context& context, std::byte* /*bottom*/, std::byte* top, ThreadStart start, void* argument) {
    auto* frame = reinterpret_cast<std::uint64_t*>(top) - 2;
    frame[0] = reinterpret_cast<std::uintptr_t>(start);
    frame[1] = reinterpret_cast<std::uintptr_t>(argument);
    context.sp = reinterpret_cast<std::uintptr_t>(frame);
    context.pc = reinterpret_cast<std::uintptr_t>(&phx_thread_start);
}

}  // namespace phx::arch
