// memcpy, memmove, memset, memcmp, strlen: what clang calls even in freestanding code. Wide, general registers only. They may only be used
// with the MMU on: unaligned accesses to device memory fault (Arm ARM DDI 0487, B2.5.2).

    .section .text.entry, "ax", %progbits

    // void* memcpy(void* to, const void* from, size_t n): 64 bytes a step in 10 instructions, then 16, then the tail.
    .global memcpy
    .type   memcpy, %function
memcpy:
    mov     x3, x0
    cmp     x2, #64
    b.lo    8f
    sub     x3, x3, #16                         // so that the last pair can move the pointer
    sub     x1, x1, #16
    sub     x2, x2, #64
7:  ldp     x4, x5, [x1, #16]
    ldp     x6, x7, [x1, #32]
    ldp     x8, x9, [x1, #48]
    ldp     x10, x11, [x1, #64]!
    stp     x4, x5, [x3, #16]
    stp     x6, x7, [x3, #32]
    stp     x8, x9, [x3, #48]
    stp     x10, x11, [x3, #64]!
    subs    x2, x2, #64
    b.hs    7b
    add     x3, x3, #16
    add     x1, x1, #16
    and     x2, x2, #63
8:  cmp     x2, #16
    b.lo    2f
1:  ldp     x4, x5, [x1], #16
    stp     x4, x5, [x3], #16
    sub     x2, x2, #16
    cmp     x2, #16
    b.hs    1b
2:  tbz     x2, #3, 3f
    ldr     x4, [x1], #8
    str     x4, [x3], #8
3:  tbz     x2, #2, 4f
    ldr     w4, [x1], #4
    str     w4, [x3], #4
4:  tbz     x2, #1, 5f
    ldrh    w4, [x1], #2
    strh    w4, [x3], #2
5:  tbz     x2, #0, 6f
    ldrb    w4, [x1]
    strb    w4, [x3]
6:  ret
    .size   memcpy, . - memcpy

    // void* memmove(void* to, const void* from, size_t n): from the end where a copy from the start would overwrite what it has yet to read.
    .global memmove
    .type   memmove, %function
memmove:
    sub     x3, x0, x1
    cmp     x3, x2
    b.hs    memcpy
    add     x1, x1, x2
    add     x3, x0, x2
    cmp     x2, #16
    b.lo    2f
1:  ldp     x4, x5, [x1, #-16]!
    stp     x4, x5, [x3, #-16]!
    sub     x2, x2, #16
    cmp     x2, #16
    b.hs    1b
2:  tbz     x2, #3, 3f
    ldr     x4, [x1, #-8]!
    str     x4, [x3, #-8]!
3:  tbz     x2, #2, 4f
    ldr     w4, [x1, #-4]!
    str     w4, [x3, #-4]!
4:  tbz     x2, #1, 5f
    ldrh    w4, [x1, #-2]!
    strh    w4, [x3, #-2]!
5:  tbz     x2, #0, 6f
    ldrb    w4, [x1, #-1]!
    strb    w4, [x3, #-1]!
6:  ret
    .size   memmove, . - memmove

    // void* memset(void* to, int byte, size_t n)
    .global memset
    .type   memset, %function
memset:
    mov     x3, x0
    and     x1, x1, #0xff
    orr     x1, x1, x1, lsl #8
    orr     x1, x1, x1, lsl #16
    orr     x1, x1, x1, lsl #32
    cmp     x2, #64
    b.lo    8f
    sub     x2, x2, #64
7:  stp     x1, x1, [x3]
    stp     x1, x1, [x3, #16]
    stp     x1, x1, [x3, #32]
    stp     x1, x1, [x3, #48]
    add     x3, x3, #64
    subs    x2, x2, #64
    b.hs    7b
    and     x2, x2, #63
8:  cmp     x2, #16
    b.lo    2f
1:  stp     x1, x1, [x3], #16
    sub     x2, x2, #16
    cmp     x2, #16
    b.hs    1b
2:  tbz     x2, #3, 3f
    str     x1, [x3], #8
3:  tbz     x2, #2, 4f
    str     w1, [x3], #4
4:  tbz     x2, #1, 5f
    strh    w1, [x3], #2
5:  tbz     x2, #0, 6f
    strb    w1, [x3]
6:  ret
    .size   memset, . - memset

    // int memcmp(const void* a, const void* b, size_t n): eight bytes at a time until they differ.
    .global memcmp
    .type   memcmp, %function
memcmp:
    cmp     x2, #8
    b.lo    2f
1:  ldr     x3, [x0], #8
    ldr     x4, [x1], #8
    cmp     x3, x4
    b.ne    4f
    sub     x2, x2, #8
    cmp     x2, #8
    b.hs    1b
2:  cbz     x2, 3f
    ldrb    w3, [x0], #1
    ldrb    w4, [x1], #1
    sub     x2, x2, #1
    cmp     w3, w4
    b.eq    2b
    sub     w0, w3, w4
    ret
3:  mov     w0, #0
    ret
4:  rev     x3, x3
    rev     x4, x4
    cmp     x3, x4
    mov     w0, #1
    cneg    w0, w0, lo
    ret
    .size   memcmp, . - memcmp

    // void* memchr(const void* s, int byte, size_t n)
    .global memchr
    .type   memchr, %function
memchr:
    and     w1, w1, #0xff
1:  cbz     x2, 2f
    ldrb    w3, [x0]
    cmp     w3, w1
    b.eq    3f
    add     x0, x0, #1
    sub     x2, x2, #1
    b       1b
2:  mov     x0, xzr
3:  ret
    .size   memchr, . - memchr

    // size_t strlen(const char* s)
    .global strlen
    .type   strlen, %function
strlen:
    mov     x1, x0
1:  ldrb    w2, [x1], #1
    cbnz    w2, 1b
    sub     x0, x1, x0
    sub     x0, x0, #1
    ret
    .size   strlen, . - strlen
