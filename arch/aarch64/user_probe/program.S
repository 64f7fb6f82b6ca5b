// The program that runs at EL0. Where something is not as it should be it exits with the number of the step, else with 0. x0 of its first call is its
// number; the last program measures. A fault is answered by the kernel's side (user_probe.cpp): on at x28, with the signal in x0, its code in x1, its
// address in x2.

#include <asm/unistd.h>

    .equ    k_data,     0x200000                // read and write, comes when touched
    .equ    k_jit,      0x400000                // read, write and execute
    .equ    k_constant, 0x500000                // read only
    .equ    SIGILL,     4
    .equ    SIGTRAP,    5
    .equ    SIGBUS,     7
    .equ    SIGSEGV,    11
    .equ    MAPERR,     1
    .equ    ACCERR,     2
    .equ    ADRALN,     1
    .equ    ILLOPC,     1
    .equ    BRKPT,      1

    .macro  step number
    mov     x27, #\number
    .endm
    .macro  call number
    mov     x8, #\number
    svc     #0
    .endm
    .macro  expect signal, code
    cmp     x0, #\signal
    b.ne    failed
    cmp     x1, #\code
    b.ne    failed
    .endm
    // An instruction that ends in a signal at its own address.
    .macro  refused signal, code, instruction:vararg
    adr     x28, 1f
2:  \instruction
    b       failed
1:  expect  \signal, \code
    adr     x9, 2b
    cmp     x2, x9
    b.ne    failed
    .endm

    .arch   armv8.2-a+sve+crypto
    .section .rodata.user_program, "a", %progbits
    .balign 4096
    .global phx_probe_program
phx_probe_program:
    // --- as execve leaves it
    cbnz    x0, first_failed
    orr     x0, x1, x2
    orr     x0, x0, x3
    orr     x0, x0, x4
    orr     x0, x0, x5
    orr     x0, x0, x6
    orr     x0, x0, x7
    orr     x0, x0, x8
    orr     x0, x0, x9
    orr     x0, x0, x10
    orr     x0, x0, x11
    orr     x0, x0, x12
    orr     x0, x0, x13
    orr     x0, x0, x14
    orr     x0, x0, x15
    orr     x0, x0, x16
    orr     x0, x0, x17
    orr     x0, x0, x18
    orr     x0, x0, x19
    orr     x0, x0, x20
    orr     x0, x0, x21
    orr     x0, x0, x22
    orr     x0, x0, x23
    orr     x0, x0, x24
    orr     x0, x0, x25
    orr     x0, x0, x26
    orr     x0, x0, x27
    orr     x0, x0, x28
    orr     x0, x0, x29
    orr     x0, x0, x30
    mrs     x1, tpidr_el0
    orr     x0, x0, x1
    mrs     x1, tpidrro_el0
    orr     x0, x0, x1
    mrs     x1, nzcv
    orr     x0, x0, x1
    mrs     x1, fpcr
    orr     x0, x0, x1
    mrs     x1, fpsr
    orr     x0, x0, x1
    orr     v0.16b, v0.16b, v1.16b
    orr     v2.16b, v30.16b, v31.16b
    orr     v0.16b, v0.16b, v2.16b
    umov    x1, v0.d[0]
    umov    x2, v0.d[1]
    orr     x0, x0, x1
    orr     x0, x0, x2
    cbz     x0, 1f
first_failed:
    mov     x0, #1
    call    __NR_exit
1:
    // --- a call changes x0 alone
    step    2
    call    __NR_getpid
    mov     x19, x0                             // this program's number
    add     x20, x19, #0x1000
    add     x1, x20, #1
    add     x2, x20, #2
    add     x3, x20, #3
    add     x4, x20, #4
    add     x5, x20, #5
    add     x6, x20, #6
    add     x7, x20, #7
    add     x9, x20, #9
    add     x10, x20, #10
    add     x11, x20, #11
    add     x12, x20, #12
    add     x13, x20, #13
    add     x14, x20, #14
    add     x15, x20, #15
    add     x16, x20, #16
    add     x17, x20, #17
    add     x18, x20, #18
    add     x21, x20, #21
    add     x22, x20, #22
    add     x23, x20, #23
    add     x24, x20, #24
    add     x25, x20, #25
    add     x26, x20, #26
    add     x29, x20, #29
    add     x30, x20, #30
    mov     x0, #0x6000
    lsl     x0, x0, #16
    msr     nzcv, x0
    call    __NR_getpid
    mrs     x28, nzcv
    lsr     x28, x28, #16
    sub     x28, x28, #0x6000
    sub     x0, x0, x19
    orr     x28, x28, x0
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 29, 30
    sub     x\n, x\n, x20
    sub     x\n, x\n, #\n
    orr     x28, x28, x\n
    .endr
    sub     x8, x8, #__NR_getpid
    orr     x28, x28, x8
    cbnz    x28, failed

    step    3                                   // a number that there is not
    mov     x8, #-1
    svc     #0
    cmn     x0, #38                             // ENOSYS
    b.ne    failed
    movz    x8, #(__NR_getpid)                  // the number is an int
    movk    x8, #0xdead, lsl #32
    svc     #0
    cmp     x0, x19
    b.ne    failed

    // --- memory
    step    4
    mov     x9, #k_data
    ldr     x10, [x9, #8]
    cbnz    x10, failed
    str     x19, [x9, #8]
    mov     x10, x9
    movk    x10, #0x5a00, lsl #48               // the top byte is the program's own
    ldr     x11, [x10, #8]
    cmp     x11, x19
    b.ne    failed
    step    5
    adr     x28, 1f
    mov     x9, #8
    ldr     x9, [x9]
    b       failed
1:  expect  SIGSEGV, MAPERR
    cmp     x2, #8
    b.ne    failed
    step    6
    adr     x28, 1f
    mov     x9, #k_constant
    ldr     x10, [x9]
    str     x10, [x9]
    b       failed
1:  expect  SIGSEGV, ACCERR
    mov     x9, #k_constant
    cmp     x2, x9
    b.ne    failed
    step    7                                   // the kernel: its text, its data, nothing
    .irp    where, 0xffffff8000080000, 0xffffffc008000000, 0xffffffe000000000, 0xffffffff00000000
    adr     x28, 1f
    ldr     x9, =\where
    ldr     x10, [x9]
    b       failed
1:  expect  SIGSEGV, MAPERR
    adr     x28, 1f
    str     x10, [x9]
    b       failed
1:  expect  SIGSEGV, MAPERR
    adr     x28, 1f
    br      x9
    b       failed
1:  expect  SIGSEGV, MAPERR
    .endr
    step    8                                   // beyond the program's half
    adr     x28, 1f
    mov     x9, #(1 << 45)
    ldr     x10, [x9]
    b       failed
1:  expect  SIGSEGV, MAPERR
    step    9                                   // data is not executed
    adr     x28, 1f
    mov     x9, #k_data
    br      x9
1:  expect  SIGSEGV, ACCERR
    cmp     x2, x9
    b.ne    failed
    step    10                                  // its own code is not written
    adr     x28, 1f
    adr     x9, phx_probe_program
    str     xzr, [x9]
    b       failed
1:  expect  SIGSEGV, ACCERR
    step    11                                  // code that it makes itself
    mov     x9, #k_jit
    adr     x10, made
    ldr     x10, [x10]
    str     x10, [x9]
    dc      cvau, x9
    dsb     ish
    ic      ivau, x9
    dsb     ish
    isb
    mov     x0, #7
    blr     x9
    cmp     x0, #8
    b.ne    failed
    step    12
    mov     x9, #k_data
    add     x9, x9, #0x1000
    str     x19, [x9, #16]
    dc      zva, x9
    ldr     x10, [x9, #16]
    cbnz    x10, failed
    dc      civac, x9
    mrs     x10, ctr_el0
    cbz     x10, failed

    // --- what is not for programs
    step    20
    refused SIGILL, ILLOPC, udf #0
    step    21
    refused SIGTRAP, BRKPT, brk #0
    step    22
    refused SIGILL, ILLOPC, mrs x9, sctlr_el1
    step    23
    refused SIGILL, ILLOPC, msr daifset, #3
    step    24
    refused SIGILL, ILLOPC, mrs x9, cntpct_el0
    step    25
    refused SIGILL, ILLOPC, hvc #0
    step    26
    refused SIGILL, ILLOPC, smc #0
    step    27
    refused SIGILL, ILLOPC, eret
    step    28
    refused SIGILL, ILLOPC, rdvl x9, #1
    step    29
    refused SIGILL, ILLOPC, mrs x9, pmccntr_el0
    step    30
    refused SIGILL, ILLOPC, msr cntv_ctl_el0, x9
    step    31
    refused SIGILL, ILLOPC, tlbi vmalle1
    step    32
    refused SIGILL, ILLOPC, hlt #0
    step    33
    refused SIGILL, ILLOPC, mrs x9, dbgdtr_el0
    step    34
    refused SIGILL, ILLOPC, dc isw, x9
    step    35
    refused SIGILL, ILLOPC, at s1e1r, x9
    step    36
    adr     x28, 1f
    adr     x9, phx_probe_program
    add     x9, x9, #2
    br      x9
    b       failed
1:  expect  SIGBUS, ADRALN
    cmp     x2, x9
    b.ne    failed
    step    38
    adr     x28, 1f
    mov     x9, #k_data
    add     x9, x9, #1
    ldxr    x10, [x9]
    b       failed
1:  expect  SIGBUS, ADRALN
    cmp     x2, x9
    b.ne    failed
    step    39                                  // identification registers are told
    mrs     x9, midr_el1
    cbz     x9, failed
    mrs     x9, mpidr_el1
    mov     x10, #0x80000000
    cmp     x9, x10
    b.ne    failed
    mrs     x9, id_aa64pfr0_el1
    and     x9, x9, #0xff
    cmp     x9, #0x11
    b.ne    failed
    mrs     xzr, id_aa64isar0_el1
    step    40                                  // pointer authentication does nothing, or is undefined; it goes nowhere else
    adr     x28, 1f
    .inst   0x9ac23020                          // pacga x0, x1, x2
    mov     x0, #SIGILL
1:  cmp     x0, #SIGILL
    b.ne    failed
    adr     x28, 1f
    .inst   0xdac10020                          // pacia x0, x1
1:  adr     x28, 1f
    .inst   0xd51bd0a0                          // msr tpidr2_el0, x0
1:  adr     x28, 1f
    .inst   0xd53bd0e0                          // mrs x0, scxtnum_el0
1:  adr     x28, 1f
    .inst   0xd5384200                          // mrs x0, spsel
1:  adr     x28, 1f
    .inst   0xd9200000                          // stgm-like: stg x0, [x0]
1:  adr     x28, 1f
    .inst   0xf83f9000                          // st64b-like
1:  adr     x28, 1f
    .inst   0xd503417f                          // smstart
1:  mrs     x9, cntvct_el0
    mrs     x10, cntfrq_el0
    cbz     x10, failed
    yield
    sevl
    wfe
    wfe                                         // the event stream ends it, if nothing else does

    // --- registers stay this program's while others run
    step    50
    msr     tpidr_el0, x20
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    add     x9, x20, #\n
    fmov    d\n, x9
    fmov    v\n\().d[1], x9
    .endr
    mov     x9, #(1 << 24)                      // FPCR.FZ
    msr     fpcr, x9
    mov     x9, #0x10
    msr     fpsr, x9
    ldr     x21, rounds
1:  tst     x21, #3
    b.eq    2f
    call    __NR_sched_yield
    b       3f
2:  call    __NR_getpid
3:  mov     x11, #0
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    add     x9, x20, #\n
    umov    x10, v\n\().d[0]
    sub     x10, x10, x9
    orr     x11, x11, x10
    umov    x10, v\n\().d[1]
    sub     x10, x10, x9
    orr     x11, x11, x10
    .endr
    mrs     x9, fpcr
    mov     x10, #(1 << 24)
    sub     x9, x9, x10
    orr     x11, x11, x9
    mrs     x9, fpsr
    sub     x9, x9, #0x10
    orr     x11, x11, x9
    mrs     x9, tpidr_el0
    sub     x9, x9, x20
    orr     x11, x11, x9
    cbnz    x11, failed
    subs    x21, x21, #1
    b.ne    1b

    step    55                                  // the time: the kernel's clock, the vDSO's, the kernel's again do not go back
    call    __NR_getppid
    mov     x22, x0
    ldr     w9, [x22]
    ldr     w10, elf_magic
    cmp     w9, w10
    b.ne    failed
    ldr     x9, [x22, #(64 + 56 + 16)]          // PT_DYNAMIC
    add     x9, x22, x9
1:  ldp     x10, x11, [x9], #16
    cmp     x10, #6                             // DT_SYMTAB
    b.ne    1b
    add     x11, x22, x11
    ldr     x10, [x11, #(24 + 8)]
    add     x23, x22, x10                       // __kernel_clock_gettime
    ldr     x10, [x11, #(48 + 8)]
    add     x24, x22, x10                       // __kernel_gettimeofday
    mov     x25, #k_data
    .irp    clock, 0, 1, 7
    mov     x0, #\clock
    mov     x1, x25
    call    __NR_clock_gettime
    mov     x0, #\clock
    add     x1, x25, #16
    blr     x23
    cbnz    x0, failed
    mov     x0, #\clock
    add     x1, x25, #32
    call    __NR_clock_gettime
    mov     x5, #0xca00
    movk    x5, #0x3b9a, lsl #16
    ldp     x9, x10, [x25]
    ldp     x11, x12, [x25, #16]
    ldp     x13, x14, [x25, #32]
    madd    x9, x9, x5, x10
    madd    x11, x11, x5, x12
    madd    x13, x13, x5, x14
    cmp     x9, x11
    b.gt    failed
    cmp     x11, x13
    b.gt    failed
    cmp     x12, x5
    b.hs    failed
    .endr
    step    56
    mov     x0, x25
    add     x1, x25, #64
    str     x20, [x1]
    blr     x24
    mov     x0, #0
    add     x1, x25, #16
    blr     x23
    ldp     x9, x10, [x25]
    ldp     x11, x12, [x25, #16]
    ldr     x13, [x25, #64]
    cbnz    x13, failed
    mov     x5, #1000
    udiv    x12, x12, x5
    mov     x6, #0x4240
    movk    x6, #0xf, lsl #16
    madd    x9, x9, x6, x10
    madd    x11, x11, x6, x12
    cmp     x9, x11
    b.gt    failed
    step    57                                  // a clock that it does not know is the kernel's business
    mov     x0, #3
    add     x1, x25, #0
    blr     x23
    cbnz    x0, failed
    step    58                                  // its clock page is for reading
    adr     x28, 1f
    sub     x9, x22, #0x1000
    str     xzr, [x9]
    b       failed
1:  expect  SIGSEGV, MAPERR

    step    60                                  // the kernel's copies of this program's memory
    call    __NR_sync
    cbnz    x0, copies_failed
    step    61                                  // the kernel lives on, whatever a program executes
    call    __NR_personality
    cbnz    x0, failed
    cbnz    x19, 4f

    // --- how long it takes: the counter's ticks of 1024 times
    mov     x21, #1024
    mrs     x22, cntvct_el0
1:  mov     x8, #__NR_getpid
    svc     #0
    subs    x21, x21, #1
    b.ne    1b
    mrs     x11, cntvct_el0
    sub     x27, x11, x22
    mov     x21, #1024
    adr     x28, 3f
    mrs     x22, cntvct_el0
2:  brk     #0
3:  subs    x21, x21, #1
    b.ne    2b
    mrs     x11, cntvct_el0
    sub     x26, x11, x22
    mov     x21, #1024
    mov     x20, x23
    mrs     x22, cntvct_el0
2:  mov     x0, #1
    mov     x1, x25
    blr     x20
    subs    x21, x21, #1
    b.ne    2b
    mrs     x11, cntvct_el0
    sub     x2, x11, x22
    mov     x1, x26
    mov     x0, x27
    call    __NR_times
4:  mov     x0, #0
    call    __NR_exit

copies_failed:
    add     x27, x0, #1000
failed:
    mov     x0, x27
    call    __NR_exit
    udf     #1

    .balign 8
made:
    add     x0, x0, #1
    ret
elf_magic:
    .byte   0x7f, 'E', 'L', 'F'
    .global phx_probe_rounds
    .balign 8
rounds:
phx_probe_rounds:
    .quad   0
    .ltorg
    .balign 4096
    .global phx_probe_program_end
phx_probe_program_end:
