// std::int64_t phx::arch::semihosting_call(std::uint32_t operation, std::uint64_t parameter)
// Semihosting for AArch64: HLT #0xf000, operation in w0, parameter in x1, result in x0. Where nobody listens the HLT is undefined; the
// exception handler knows its address, answers -1 and steps over it.

    .section .text.entry, "ax", %progbits
    .global _ZN3phx4arch16semihosting_callEjm
    .type   _ZN3phx4arch16semihosting_callEjm, %function
    .global phx_semihosting_hlt
_ZN3phx4arch16semihosting_callEjm:
phx_semihosting_hlt:
    hlt     #0xf000
    ret
    .size   _ZN3phx4arch16semihosting_callEjm, . - _ZN3phx4arch16semihosting_callEjm

// std::int64_t phx::arch::semihosting_read_character()
// QEMU puts the character into the byte below sp before it answers with that byte, and up to version 7.2 at least it is the byte's
// older value that it answers with. So a zero is put there; where zero is the answer, the byte holds the character, or zero too. The wait
// is open to interrupts: their entry leaves that byte alone.
    .global _ZN3phx4arch26semihosting_read_characterEv
    .type   _ZN3phx4arch26semihosting_read_characterEv, %function
_ZN3phx4arch26semihosting_read_characterEv:
    stp     x29, x30, [sp, #-16]!
    mov     x29, sp
    strb    wzr, [sp, #-1]
    mov     w0, #0x07                           // SYS_READC
    mov     x1, #0
    bl      phx_semihosting_hlt
    ldrb    w1, [sp, #-1]
    cmp     x0, #0
    csel    x0, x1, x0, eq
    ldp     x29, x30, [sp], #16
    ret
    .size   _ZN3phx4arch26semihosting_read_characterEv, . - _ZN3phx4arch26semihosting_read_characterEv
