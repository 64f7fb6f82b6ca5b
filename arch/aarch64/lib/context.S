// Where a new thread begins: make_context (arch/context.hpp) has put its function and argument on its stack.

    .section .text.phx_thread_start, "ax", %progbits
    .global phx_thread_start
phx_thread_start:
    ldp     x1, x0, [sp], #16
    mov     x29, xzr                            // the last frame record
    mov     x30, xzr
    br      x1
