// Copies between the kernel and a program's memory, arch/user_access.hpp. Up to 63 bytes go by unprivileged loads and stores, which PAN lets
// pass and which know the program's own rights (Arm ARM DDI 0487, C6.2.223 LDTR); more go by pairs, for which PAN is lifted. An instruction that may
// fault is in a range of .phx_fixups: either the page is brought in and it is tried again, which x3 must allow, or its landing goes on. The linker
// keeps the table in the order of the code (SHF_LINK_ORDER), for a binary search.

    .arch_extension pan

    .macro  landing from, to, at
    .pushsection .phx_fixups, "ao", %progbits, .text.user_access
    .long   \from - ., \to - ., \at - .
    .popsection
    .endm

    // w14 stays, for close_user.
    .macro  open_user
    adrp    x14, phx_has_pan
    ldr     w14, [x14, :lo12:phx_has_pan]
    cbz     w14, 9f
    msr     pan, #0
9:
    .endm
    .macro  close_user
    cbz     w14, 9f
    msr     pan, #1
9:
    .endm

    .macro  begin name
    .balign 4
    .global \name
    .type   \name, %function
\name:
    .endm

    .section .bss.phx_has_pan, "aw", %nobits
    .balign 4
    .global phx_has_pan
phx_has_pan:
    .skip   4

    .section .text.user_access, "ax", %progbits

    // size_t phx_copy_from_user(void* to, uint64_t from, size_t size, uint64_t may_sleep): the bytes not copied.
    begin   phx_copy_from_user
    add     x4, x1, x2                          // the program's end of it
    cmp     x2, #64
    b.lo    5f
    open_user
    sub     x0, x0, #16                         // so that the last pair can move the pointer
    sub     x1, x1, #16
    sub     x2, x2, #64
1:  ldp     x5, x6, [x1, #16]
    ldp     x7, x8, [x1, #32]
    ldp     x9, x10, [x1, #48]
    ldp     x11, x12, [x1, #64]!
2:  stp     x5, x6, [x0, #16]
    stp     x7, x8, [x0, #32]
    stp     x9, x10, [x0, #48]
    stp     x11, x12, [x0, #64]!
    subs    x2, x2, #64
    b.hs    1b
    close_user
    add     x0, x0, #16
    add     x1, x1, #16
    ands    x2, x2, #63
    b.eq    12f
5:  tbz     x2, #5, 6f
    ldtr    x5, [x1]
    ldtr    x6, [x1, #8]
    ldtr    x7, [x1, #16]
    ldtr    x8, [x1, #24]
    add     x1, x1, #32
    stp     x5, x6, [x0], #16
    stp     x7, x8, [x0], #16
6:  tbz     x2, #4, 7f
    ldtr    x5, [x1]
    ldtr    x6, [x1, #8]
    add     x1, x1, #16
    stp     x5, x6, [x0], #16
7:  tbz     x2, #3, 8f
    ldtr    x5, [x1]
    add     x1, x1, #8
    str     x5, [x0], #8
8:  tbz     x2, #2, 10f
    ldtr    w5, [x1]
    add     x1, x1, #4
    str     w5, [x0], #4
10: tbz     x2, #1, 11f
    ldtrh   w5, [x1]
    add     x1, x1, #2
    strh    w5, [x0], #2
11: tbz     x2, #0, 12f
    ldtrb   w5, [x1]
    strb    w5, [x0]
12: mov     x0, #0
    ret
13: close_user
    add     x0, x0, #16
    add     x1, x1, #16
14: cmp     x1, x4                              // byte by byte to the one that faults
    b.hs    16f
15: ldtrb   w5, [x1]
    add     x1, x1, #1
    strb    w5, [x0], #1
    b       14b
16: sub     x0, x4, x1
    ret
    landing 1b, 2b, 13b
    landing 5b, 12b, 14b
    landing 15b, 16b, 16b
    .size   phx_copy_from_user, . - phx_copy_from_user

    // size_t phx_copy_to_user(uint64_t to, const void* from, size_t size, uint64_t may_sleep): the bytes not copied.
    begin   phx_copy_to_user
    add     x4, x0, x2
    add     x13, x1, x2
    cmp     x2, #64
    b.lo    5f
    open_user
    sub     x0, x0, #16
    sub     x1, x1, #16
    sub     x2, x2, #64
1:  ldp     x5, x6, [x1, #16]
    ldp     x7, x8, [x1, #32]
    ldp     x9, x10, [x1, #48]
    ldp     x11, x12, [x1, #64]!
2:  stp     x5, x6, [x0, #16]
    stp     x7, x8, [x0, #32]
    stp     x9, x10, [x0, #48]
    stp     x11, x12, [x0, #64]!
3:  subs    x2, x2, #64
    b.hs    1b
    close_user
    add     x0, x0, #16
    add     x1, x1, #16
    ands    x2, x2, #63
    b.eq    12f
5:  tbz     x2, #5, 6f
    ldp     x5, x6, [x1]
    ldp     x7, x8, [x1, #16]
    sttr    x5, [x0]
    sttr    x6, [x0, #8]
    sttr    x7, [x0, #16]
    sttr    x8, [x0, #24]
    add     x1, x1, #32
    add     x0, x0, #32
6:  tbz     x2, #4, 7f
    ldp     x5, x6, [x1]
    sttr    x5, [x0]
    sttr    x6, [x0, #8]
    add     x1, x1, #16
    add     x0, x0, #16
7:  tbz     x2, #3, 8f
    ldr     x5, [x1]
    sttr    x5, [x0]
    add     x1, x1, #8
    add     x0, x0, #8
8:  tbz     x2, #2, 10f
    ldr     w5, [x1]
    sttr    w5, [x0]
    add     x1, x1, #4
    add     x0, x0, #4
10: tbz     x2, #1, 11f
    ldrh    w5, [x1]
    sttrh   w5, [x0]
    add     x1, x1, #2
    add     x0, x0, #2
11: tbz     x2, #0, 12f
    ldrb    w5, [x1]
    sttrb   w5, [x0]
12: mov     x0, #0
    ret
13: close_user
    add     x0, x0, #16
14: sub     x5, x4, x0                          // the kernel's pointer may be ahead
    sub     x1, x13, x5
    cbz     x5, 16f
    ldrb    w5, [x1]
15: sttrb   w5, [x0]
    add     x0, x0, #1
    b       14b
16: sub     x0, x4, x0
    ret
    landing 2b, 3b, 13b
    landing 5b, 12b, 14b
    landing 15b, 16b, 16b
    .size   phx_copy_to_user, . - phx_copy_to_user

    // size_t phx_clear_user(uint64_t to, uint64_t, size_t size, uint64_t may_sleep): the bytes not cleared. From 256 bytes on by DC ZVA, where that
    // clears 64 (DCZID_EL0).
    begin   phx_clear_user
    add     x4, x0, x2
    cmp     x2, #64
    b.lo    5f
    open_user
    cmp     x2, #256
    b.lo    2f
    mrs     x5, dczid_el0
    cmp     x5, #4
    b.ne    2f
    stp     xzr, xzr, [x0]
    stp     xzr, xzr, [x0, #16]
    stp     xzr, xzr, [x0, #32]
    stp     xzr, xzr, [x0, #48]
    add     x0, x0, #64
    and     x0, x0, #~63
    sub     x2, x4, x0
    sub     x2, x2, #64
1:  dc      zva, x0
    add     x0, x0, #64
    subs    x2, x2, #64
    b.hs    1b
    b       4f
2:  sub     x2, x2, #64
3:  stp     xzr, xzr, [x0]
    stp     xzr, xzr, [x0, #16]
    stp     xzr, xzr, [x0, #32]
    stp     xzr, xzr, [x0, #48]
    add     x0, x0, #64
    subs    x2, x2, #64
    b.hs    3b
4:  close_user
    ands    x2, x2, #63
    b.eq    12f
5:  tbz     x2, #5, 6f
    sttr    xzr, [x0]
    sttr    xzr, [x0, #8]
    sttr    xzr, [x0, #16]
    sttr    xzr, [x0, #24]
    add     x0, x0, #32
6:  tbz     x2, #4, 7f
    sttr    xzr, [x0]
    sttr    xzr, [x0, #8]
    add     x0, x0, #16
7:  tbz     x2, #3, 8f
    sttr    xzr, [x0]
    add     x0, x0, #8
8:  tbz     x2, #2, 10f
    sttr    wzr, [x0]
    add     x0, x0, #4
10: tbz     x2, #1, 11f
    sttrh   wzr, [x0]
    add     x0, x0, #2
11: tbz     x2, #0, 12f
    sttrb   wzr, [x0]
12: mov     x0, #0
    ret
13: close_user
14: cmp     x0, x4
    b.hs    16f
15: sttrb   wzr, [x0]
    add     x0, x0, #1
    b       14b
16: sub     x0, x4, x0
    ret
    landing phx_clear_user, 4b, 13b
    landing 5b, 12b, 14b
    landing 15b, 16b, 16b
    .size   phx_clear_user, . - phx_clear_user

    // int64_t phx_string_from_user(char* to, uint64_t from, size_t size, uint64_t may_sleep): the length of what ends with a 0, `size` if nothing
    // does within it; -1: it faulted before. Eight bytes at a time, for which a 0 shows as a top bit (Warren, "Hacker's Delight", 6-1); aligned but for
    // the first, so that none reaches into a page behind the string's.
    begin   phx_string_from_user
    mov     x10, x0
    mov     x7, #0x0101010101010101
    cmp     x2, #8
    b.lo    5f
    and     x6, x1, #0xfff
    cmp     x6, #0xff8
    b.hi    5f
1:  ldtr    x5, [x1]
    sub     x6, x5, x7
    bic     x6, x6, x5
    ands    x6, x6, #0x8080808080808080
    str     x5, [x0]
    b.ne    4f
    and     x6, x1, #7
    sub     x6, x6, #8
    sub     x1, x1, x6
    sub     x0, x0, x6
    add     x2, x2, x6
2:  subs    x2, x2, #8
    b.lo    3f
    ldtr    x5, [x1]
    add     x1, x1, #8
    sub     x6, x5, x7
    bic     x6, x6, x5
    ands    x6, x6, #0x8080808080808080
    str     x5, [x0], #8
    b.eq    2b
    sub     x0, x0, #8
    b       4f
3:  add     x2, x2, #8
    b       5f
4:  rev     x6, x6
    clz     x6, x6
    add     x0, x0, x6, lsr #3
    sub     x0, x0, x10
    ret
5:  cbz     x2, 7f
    ldtrb   w5, [x1]
    strb    w5, [x0]
    cbz     w5, 7f
    add     x0, x0, #1
    add     x1, x1, #1
    sub     x2, x2, #1
    tst     x1, #7
    b.ne    5b
    cmp     x2, #8
    b.hs    2b
    b       5b
7:  sub     x0, x0, x10
    ret
8:  mov     x0, #-1
    ret
    landing 1b, 7b, 8b
    .size   phx_string_from_user, . - phx_string_from_user

    // UserWord phx_load_user_32(uint64_t from, uint64_t, uint64_t, uint64_t may_sleep), and for 64 bits.
    begin   phx_load_user_32
1:  ldtr    w0, [x0]
2:  mov     x1, #0
    ret
3:  mov     x1, #1
    ret
    landing 1b, 2b, 3b
    begin   phx_load_user_64
1:  ldtr    x0, [x0]
2:  mov     x1, #0
    ret
3:  mov     x1, #1
    ret
    landing 1b, 2b, 3b

    // uint64_t phx_store_user_32(uint64_t to, uint64_t value, uint64_t, uint64_t may_sleep), and for 64 bits: not 0 if it faulted.
    begin   phx_store_user_32
1:  sttr    w1, [x0]
2:  mov     x0, #0
    ret
3:  mov     x0, #1
    ret
    landing 1b, 2b, 3b
    begin   phx_store_user_64
1:  sttr    x1, [x0]
2:  mov     x0, #0
    ret
3:  mov     x0, #1
    ret
    landing 1b, 2b, 3b

    // UserWord phx_exchange_user_32(uint64_t at, uint64_t expected, uint64_t wanted, uint64_t may_sleep): a full barrier if it was exchanged.
    begin   phx_exchange_user_32
    open_user
1:  ldxr    w5, [x0]
    cmp     w5, w1
    b.ne    2f
    stlxr   w6, w2, [x0]
    cbnz    w6, 1b
    dmb     ish
2:  close_user
    mov     x0, x5
    mov     x1, #0
    ret
3:  close_user
    mov     x1, #1
    ret
    landing 1b, 2b, 3b

    // uint64_t phx_touch_user(uint64_t at, uint64_t, uint64_t, uint64_t may_sleep): stores a byte that it loaded, unless somebody else has stored
    // meanwhile; not 0 if it faulted.
    begin   phx_touch_user
    open_user
1:  ldxrb   w5, [x0]
    stxrb   w6, w5, [x0]
2:  close_user
    mov     x0, #0
    ret
3:  close_user
    mov     x0, #1
    ret
    landing 1b, 2b, 3b
