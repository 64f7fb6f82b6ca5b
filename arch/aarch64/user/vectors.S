// The vectors of a kernel with programs: those of EL1 as in exceptions, and the way in from EL0 and back.

#include <arch/vector_entry.inc>

    // UserFrame, arch/user_frame.hpp
    .equ    k_user_frame,   288
    .equ    k_user_x30,     240
    .equ    k_user_pc,      256
    .equ    k_user_call,    272                 // the first argument and the number
    // ThreadHead, arch/thread_head.hpp
    .equ    k_need_resched, 4
    .equ    k_user_work,    16
    .equ    k_class_shift,  26                  // ESR_EL1.EC
    .equ    k_class_svc,    0x15

    // All registers of the program to the top of the kernel stack, which is empty; x19 to x28 are free afterwards, pc is in x22.
    .macro  save_program
    sub     sp, sp, #k_user_frame
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
    stp     x28, x29, [sp, #224]
    mrs     x21, sp_el0
    mrs     x22, elr_el1
    mrs     x23, spsr_el1
    stp     x30, x21, [sp, #k_user_x30]
    stp     x22, x23, [sp, #k_user_pc]
    .endm

    .section .text.vectors, "ax", %progbits
    .balign 2048
    .global phx_user_vectors
phx_user_vectors:
    .rept   5
    ventry  fault
    .endr
    ventry  interrupt
    .rept   2
    ventry  fault
    .endr

    // Synchronous, from EL0: a system call, or what a program did wrong.
    .balign 128
    save_program
    mrs     x24, esr_el1
    lsr     x25, x24, #k_class_shift
    cmp     x25, #k_class_svc
    b.ne    program_fault
    sxtw    x9, w8                              // the number is an int (Linux arch/arm64, el0_svc)
    stp     x0, x9, [sp, #k_user_call]
    mov     x29, xzr                            // the last frame record
    mov     x0, sp
    msr     daifclr, #3
    bl      phx_system_call
    b       phx_return_to_user

    .balign 128
    save_program
    b       program_interrupt

    .rept   6                                   // FIQ and SError; the table's last four are AArch32's, which never runs
    ventry  fault
    .endr

    .section .text.entry, "ax", %progbits
    // Nothing is running on this stack any more but what is below the frame at sp.
    .global phx_return_to_user
phx_return_to_user:
    msr     daifset, #3
    mrs     x0, tpidr_el1
    ldr     w1, [x0, #k_need_resched]
    ldr     w2, [x0, #k_user_work]
    orr     w1, w1, w2
    cbnz    w1, work
1:  ldp     x22, x23, [sp, #k_user_pc]
    ldp     x30, x21, [sp, #k_user_x30]
    msr     elr_el1, x22
    msr     spsr_el1, x23
    msr     sp_el0, x21
    ldp     x0, x1, [sp, #0]
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
    add     sp, sp, #k_user_frame
    eret

work:
    mov     x0, sp
    bl      phx_user_work                       // returns with interrupts masked and nothing left to do
    b       1b

program_fault:
    mov     x9, #-1
    stp     x0, x9, [sp, #k_user_call]
    mrs     x2, far_el1
    mov     x29, xzr
    mov     x0, sp
    mov     x1, x24
    bl      phx_user_fault                      // unmasks interrupts
    b       phx_return_to_user

    // With a frame record that names the program's own place, and x30 where phx_interrupt_entry has it, for who looks at what an interrupt came into
    // (debug/interrupted, arch/interrupted.hpp).
program_interrupt:
    mov     x9, #-1
    stp     x0, x9, [sp, #k_user_call]
    stp     xzr, x22, [sp, #-16]!
    mov     x29, sp
    stp     xzr, x30, [sp, #-32]!
    bl      phx_user_interrupt
    add     sp, sp, #48
    b       phx_return_to_user

    // void phx_enter_user(UserFrame*): leaves what is on this stack for good.
    .global phx_enter_user
phx_enter_user:
    mov     sp, x0
    mov     x29, xzr
    b       phx_return_to_user
