// A shared object of one page (System V gABI, chapters 4 and 5; Linux man page vdso(7)), which programs find by AT_SYSINFO_EHDR. The clock page
// (time/interfaces/clock_page.hpp) lies right below it. All of it is position independent and needs no relocation, so the assembler can put it
// together; addresses in it count from its first byte.

#include <asm/unistd.h>
#include <linux/elf-em.h>

    // clock_page.hpp
    .equ    k_sequence,     0x00
    .equ    k_source,       0x04
    .equ    k_multiplier,   0x08
    .equ    k_shift,        0x10
    .equ    k_monotonic,    0x18
    .equ    k_boottime,     0x20
    .equ    k_realtime,     0x28
    .equ    k_page,         4096
    .equ    k_virtual_counter, 1                // CounterSource

    // Headers of C alone have these; vdso.cpp compares.
    .equ    CLOCK_REALTIME,         0
    .equ    CLOCK_MONOTONIC,        1
    .equ    CLOCK_MONOTONIC_RAW,    4
    .equ    CLOCK_REALTIME_COARSE,  5
    .equ    CLOCK_MONOTONIC_COARSE, 6
    .equ    CLOCK_BOOTTIME,         7
    .equ    CLOCK_TAI,              11
    .equ    ET_DYN,         3
    .equ    PT_LOAD,        1
    .equ    PT_DYNAMIC,     2
    .equ    PF_X_R,         5
    .equ    PF_R,           4
    .equ    DT_HASH,        4
    .equ    DT_STRTAB,      5
    .equ    DT_SYMTAB,      6
    .equ    DT_STRSZ,       10
    .equ    DT_SYMENT,      11
    .equ    DT_SONAME,      14
    .equ    DT_VERSYM,      0x6ffffff0
    .equ    DT_VERDEF,      0x6ffffffc
    .equ    DT_VERDEFNUM,   0x6ffffffd
    .equ    STB_GLOBAL_FUNC, 0x12
    .equ    STB_GLOBAL_OBJECT, 0x11
    .equ    SHN_ABS,        0xfff1
    .equ    VER_FLG_BASE,   1                   // gABI, not in any header of Linux

    .section .rodata.vdso, "a", %progbits
    .balign k_page
    .global phx_vdso
phx_vdso:
    // Elf64_Ehdr
    .byte   0x7f, 'E', 'L', 'F', 2, 1, 1, 0     // 64 bits, little endian, version 1, System V
    .quad   0
    .hword  ET_DYN, EM_AARCH64
    .word   1
    .quad   0                                   // entry
    .quad   headers - phx_vdso
    .quad   0                                   // no section headers
    .word   0
    .hword  64, 56, 2, 64, 0, 0
headers:
    // Elf64_Phdr
    .word   PT_LOAD, PF_X_R
    .quad   0, 0, 0
    .quad   end - phx_vdso, end - phx_vdso, k_page
    .word   PT_DYNAMIC, PF_R
    .quad   dynamic - phx_vdso, dynamic - phx_vdso, dynamic - phx_vdso
    .quad   dynamic_end - dynamic, dynamic_end - dynamic, 8

dynamic:
    .quad   DT_HASH, hash - phx_vdso
    .quad   DT_STRTAB, strings - phx_vdso
    .quad   DT_SYMTAB, symbols - phx_vdso
    .quad   DT_STRSZ, strings_end - strings
    .quad   DT_SYMENT, 24
    .quad   DT_SONAME, soname - strings
    .quad   DT_VERSYM, versions - phx_vdso
    .quad   DT_VERDEF, definitions - phx_vdso
    .quad   DT_VERDEFNUM, 2
    .quad   0, 0
dynamic_end:

    // One bucket, so that no name's hash value matters: a chain through all symbols.
hash:
    .word   1, 6, 1
    .word   0, 2, 3, 4, 5, 0

    .balign 8
    .macro  symbol name, value, size, info, section
    .word   \name - strings
    .byte   \info, 0
    .hword  \section
    .quad   \value, \size
    .endm
symbols:
    .quad   0, 0, 0
    symbol  name_gettime, clock_gettime - phx_vdso, clock_gettime_end - clock_gettime, STB_GLOBAL_FUNC, 1
    symbol  name_gettimeofday, gettimeofday - phx_vdso, gettimeofday_end - gettimeofday, STB_GLOBAL_FUNC, 1
    symbol  name_getres, clock_getres - phx_vdso, clock_getres_end - clock_getres, STB_GLOBAL_FUNC, 1
    symbol  name_sigreturn, phx_vdso_sigreturn - phx_vdso, sigreturn_end - phx_vdso_sigreturn, STB_GLOBAL_FUNC, 1
    symbol  name_version, 0, 0, STB_GLOBAL_OBJECT, SHN_ABS

versions:
    .hword  0, 2, 2, 2, 2, 2
    .balign 8
    // Elf64_Verdef and Elf64_Verdaux, of the object and of the version that its functions have.
definitions:
    .hword  1, VER_FLG_BASE, 1, 1
    .word   0x0deebfa1, 20, 28                  // the name's ELF hash
    .word   soname - strings, 0
    .hword  1, 0, 2, 1
    .word   0x075fcb89, 20, 0
    .word   name_version - strings, 0

strings:
    .byte   0
soname:             .asciz "linux-vdso.so.1"
name_version:       .asciz "LINUX_2.6.39"
name_gettime:       .asciz "__kernel_clock_gettime"
name_gettimeofday:  .asciz "__kernel_gettimeofday"
name_getres:        .asciz "__kernel_clock_getres"
name_sigreturn:     .asciz "__kernel_rt_sigreturn"
strings_end:

    .balign 16
    // Nanoseconds of a clock to x9, whose offset's place in the clock page is \offset; x2 is the page. Else to \otherwise. Uses x3 to x10.
    .macro  read_clock offset, otherwise
1:  ldar    w3, [x2]
    ldr     w4, [x2, #k_source]
    tbnz    w3, #0, 1b                          // it is being written
    cmp     w4, #k_virtual_counter
    b.ne    \otherwise
    isb                                         // the counter is not read ahead of what comes before, nor after what comes behind
    mrs     x4, cntvct_el0
    ldp     x5, x6, [x2, #k_multiplier]         // and the shift: of a register to shift by, the low six bits count
    ldr     x7, [x2, \offset]
    isb
    dmb     ishld
    ldr     w8, [x2, #k_sequence]
    cmp     w3, w8
    b.ne    1b
    mul     x9, x4, x5
    umulh   x10, x4, x5
    lsr     x9, x9, x6
    mvn     w6, w6                              // the shift is below 64: 63 - shift, in two steps, for a shift of 0
    lsl     x10, x10, #1
    lsl     x10, x10, x6
    orr     x9, x9, x10
    add     x9, x9, x7
    .endm
    // Seconds to x10, what is left to x9.
    .macro  split
    movz    x5, #0xca00
    movk    x5, #0x3b9a, lsl #16                // 1'000'000'000
    udiv    x10, x9, x5
    msub    x9, x10, x5, x9
    .endm

    // int clock_gettime(clockid_t, struct timespec*)
clock_gettime:
    adr     x2, phx_vdso - k_page
    adr     x13, offsets
    cmp     w0, #CLOCK_TAI
    b.hi    3f
    ldrb    w13, [x13, w0, uxtw]
    cbz     w13, 3f
    read_clock x13, 3f
    split
    stp     x10, x9, [x1]
    mov     x0, #0
    ret
3:  mov     x8, #__NR_clock_gettime
    svc     #0
    ret
clock_gettime_end:

    // Where in the clock page each clock's offset is; 0: the kernel knows.
offsets:
    .macro  offset_of clock, offset
    .org    offsets + \clock
    .byte   \offset
    .endm
    offset_of CLOCK_REALTIME, k_realtime
    offset_of CLOCK_MONOTONIC, k_monotonic
    offset_of CLOCK_MONOTONIC_RAW, k_monotonic
    offset_of CLOCK_REALTIME_COARSE, k_realtime
    offset_of CLOCK_MONOTONIC_COARSE, k_monotonic
    offset_of CLOCK_BOOTTIME, k_boottime
    offset_of CLOCK_TAI, k_realtime

    .balign 16
    // int gettimeofday(struct timeval*, struct timezone*): the time zone is UTC, as the kernel has none.
gettimeofday:
    cbz     x0, 2f
    adr     x2, phx_vdso - k_page
    read_clock #k_realtime, 3f
    split
    mov     w5, #1000
    udiv    x9, x9, x5
    stp     x10, x9, [x0]
2:  cbz     x1, 4f
    str     xzr, [x1]
4:  mov     x0, #0
    ret
3:  mov     x8, #__NR_gettimeofday
    svc     #0
    ret
gettimeofday_end:

    .balign 16
    // int clock_getres(clockid_t, struct timespec*)
clock_getres:
    mov     x8, #__NR_clock_getres
    svc     #0
    ret
clock_getres_end:

    .balign 16
    // Unwinders know a signal's frame by these two instructions, and look one before it for the function.
    nop
    .global phx_vdso_sigreturn
phx_vdso_sigreturn:
    mov     x8, #__NR_rt_sigreturn
    svc     #0
sigreturn_end:
end:
    // Nothing else of the kernel's is on the page.
    .balign k_page
    .global phx_vdso_end
phx_vdso_end:
