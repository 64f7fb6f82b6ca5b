// The vector table (Arm ARM DDI 0487, D1.3.1.5) and the way in and out.

#include <arch/vector_entry.inc>

    .equ    k_elr,          256
    .equ    k_esr,          272
    .equ    k_record,       288
    // The part that an interrupt saves: what a call may change, and the way back.
    .equ    k_short,        208

    .section .text.vectors, "ax", %progbits
    .balign 2048
    .global phx_vectors
phx_vectors:
    .rept   5
    ventry  fault
    .endr
    ventry  interrupt
    .rept   6                                   // of EL0 nothing is expected: see user for a kernel with programs
    ventry  fault
    .endr

    .section .text.entry, "ax", %progbits
    // x0 to x27 and what the processor says into the frame at sp, and the frame record. Callers have saved x28 to x30.
save_all:
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x0, x1, [sp, #k_elr]
    mrs     x2, esr_el1
    mrs     x3, far_el1
    stp     x2, x3, [sp, #k_esr]
    stp     x29, x0, [sp, #k_record]
    add     x29, sp, #k_record
    ret

    .global phx_fault_entry
phx_fault_entry:
    stp     x28, x29, [sp, #224]
    mov     x28, x30
    bl      save_all
    add     x0, sp, #k_frame
    str     x0, [sp, #(k_x30 + 8)]
    mov     x0, sp
    ubfx    x1, x28, #7, #4                     // 128 bytes a vector, 16 vectors from a multiple of 2048
    bl      phx_on_exception

    ldp     x0, x1, [sp, #k_elr]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldr     x30, [sp, #k_x30]
    ldp     x0, x1, [sp, #0]
    add     sp, sp, #k_frame
    eret

    // Interrupts save what the procedure call standard lets a callee change (AAPCS64, 6.1.1), at the top of the room that ventry made, but
    // for 16 bytes below the interrupted sp: semihosting_read_character counts on them.
    .global phx_interrupt_entry
phx_interrupt_entry:
    add     sp, sp, #(k_frame - k_short)
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x0, x1, [sp, #160]
    stp     x29, x0, [sp, #176]
    add     x29, sp, #176
    bl      phx_on_interrupt
    ldp     x0, x1, [sp, #160]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldr     x29, [sp, #176]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    ldp     x0, x1, [sp, #0]
    add     sp, sp, #k_short
    eret

    // sp is (old sp - k_frame) + x0 and x0 is old sp - k_frame. The machine ends here, so three registers may be parked where only user space
    // would have something. There is one stack for this: it is the first CPU's that comes, whose report stops the others, or would let them
    // halt if it were not the first panic.
    .global phx_overflow_entry
phx_overflow_entry:
    msr     tpidrro_el0, x0
    sub     x0, sp, x0
    msr     tpidr_el0, x0
    msr     sp_el0, x1
    ldr     x0, =overflow_owner
    mov     sp, x0
2:  ldaxr   x0, [sp]
    mrs     x1, mpidr_el1                       // never 0: bit 31 is 1 (D17.2.101)
    cbz     x0, 3f
    cmp     x0, x1
    b.eq    4f                                  // again, in the midst of the report
    b       1f
3:  stxr    w0, x1, [sp]
    cbnz    w0, 2b
4:  mrs     x1, sp_el0
    ldr     x0, =__overflow_stack_top
    sub     x0, x0, #k_frame
    mov     sp, x0
    mrs     x0, tpidr_el0
    stp     x28, x29, [sp, #224]
    str     x30, [sp, #k_x30]
    bl      save_all
    mrs     x0, tpidrro_el0
    add     x0, x0, #k_frame
    str     x0, [sp, #(k_x30 + 8)]
    mov     x0, sp
    bl      phx_on_stack_overflow
1:  wfe
    b       1b
    .ltorg

    .section .bss.overflow_owner, "aw", %nobits
    .balign 16                                  // sp points here for a moment
overflow_owner:
    .quad   0
