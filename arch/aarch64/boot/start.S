// From the loader to C++: the arm64 Image header, one way down to EL1, the early map, the boot stack. Further CPUs come the same way down.
// Boot protocol: Linux Documentation/arch/arm64/booting.rst. Registers: Arm ARM DDI 0487.

    .equ    k_linear_base,      0xffffff8000000000
    .equ    k_text_offset,      0x80000

    // Descriptors of the early map (D8.3): valid block, access flag, inner shareable, MAIR index.
    .equ    k_table,            3
    .equ    k_normal_block,     (1 | (1 << 2) | (3 << 8) | (1 << 10))              // MAIR 1, RWX at EL1
    .equ    k_device_block,     (1 | (0 << 2) | (1 << 10) | (1 << 53) | (1 << 54))   // MAIR 0, never executable
    .equ    k_tree_block,       (1 | (1 << 2) | (2 << 6) | (3 << 8) | (1 << 10) | (1 << 53) | (1 << 54))  // MAIR 1, read-only
    // MAIR: 0 Device-nGnRnE, 1 Normal write-back, 2 Normal non-cacheable, 3 Device-nGnRE.
    .equ    k_mair,             0x0444ff00
    // TCR: 39-bit halves, 4 KiB granules, walks inner shareable and write-back, 16-bit ASIDs (AS). IPS is added at run time.
    .equ    k_tcr,              (25 | (1 << 8) | (1 << 10) | (3 << 12) | (25 << 16) | (1 << 24) | (1 << 26) | (3 << 28) | (2 << 30))
    .equ    k_tcr_as,           (1 << 36)
    .equ    k_sctlr_off,        0x30d00980      // RES1 bits of an Armv8.0 SCTLR_EL1, MMU and caches off
    .equ    k_sctlr_on,         0x30d0199d      // and M, C, I, SA, SA0

    .section .head.text, "ax", %progbits
    .global _start
_start:
    b       enter
    .long   0
    .quad   k_text_offset
    .quad   __kernel_end - _start
    .quad   0x2                                 // little endian, 4 KiB pages, near the start of RAM
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

    .section .text.start, "ax", %progbits
enter:
    mov     x20, x0                             // the device tree's address
    adr     x22, _start                         // where we really are
    mrs     x0, mpidr_el1
    ldr     x1, =0xff00ffffff
    and     x0, x0, x1
    ldr     x1, =PHX_BOOT_CPU_MPIDR
    cmp     x0, x1
    b.ne    park
    adr     x23, make_early_map                 // what follows at EL1
    ldr     x24, =first_cpu                     // and in the high half
    b       leave_to_el1
    .ltorg

    // Down to EL1, from where the way goes on at x23. x0 to x2 are lost.
leave_to_el1:
    mrs     x21, CurrentEL
    lsr     x21, x21, #2                        // the level we were entered at
    cmp     x21, #2
    b.eq    leave_el2
    b.lo    at_el1

    // EL3: down to EL1, where it can be said that this is not supported.
    mov     x0, #0x401                          // SCR_EL3: RW, NS
    orr     x0, x0, #0x30                       // RES1
    msr     scr_el3, x0
    mov     x0, #0x3c5                          // EL1h, all masked
    msr     spsr_el3, x0
    adr     x0, at_el1
    msr     elr_el3, x0
    ldr     x0, =k_sctlr_off
    msr     sctlr_el1, x0
    eret

park:
    wfe
    b       park

leave_el2:
    mov     x0, #(1 << 31)                      // HCR_EL2.RW: EL1 is AArch64, nothing trapped
    orr     x0, x0, #(3 << 40)                  // APK, API: nor is pointer authentication, which programs may try
    msr     hcr_el2, x0
    mrs     x0, cnthctl_el2
    orr     x0, x0, #3                          // EL1 may use the physical counter and timer
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr
    mrs     x0, midr_el1
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0
    msr     vttbr_el2, xzr
    msr     hstr_el2, xzr
    mov     x0, #0x33ff                         // CPTR_EL2: RES1 bits, no traps
    msr     cptr_el2, x0
    mrs     x0, id_aa64dfr0_el1
    ubfx    x0, x0, #8, #4                      // PMUVer: 0 none, 15 not architected
    sub     x0, x0, #1
    cmp     x0, #14
    b.hs    1f
    mrs     x0, pmcr_el0
    ubfx    x0, x0, #11, #5                     // MDCR_EL2.HPMN: all counters are EL1's
    msr     mdcr_el2, x0
1:  mrs     x0, id_aa64pfr0_el1
    ubfx    x0, x0, #24, #4
    cbz     x0, 2f
    mrs     x0, s3_4_c12_c9_5                   // ICC_SRE_EL2: SRE and Enable, so that EL1 may use system registers
    orr     x0, x0, #1
    orr     x0, x0, #8
    msr     s3_4_c12_c9_5, x0
    isb
    msr     s3_4_c12_c11_0, xzr                 // ICH_HCR_EL2
2:  ldr     x0, =k_sctlr_off
    msr     sctlr_el1, x0
    mov     x0, #0x3c5                          // EL1h, all masked
    msr     spsr_el2, x0
    adr     x0, at_el1
    msr     elr_el2, x0
    isb
    eret

at_el1:
    msr     daifset, #0xf
    msr     spsel, #1
    br      x23

make_early_map:
    // Clear the tables. The MMU is off, so the stores bypass the caches; stale lines are dropped before they could be seen.
    adrp    x0, __boot_tables_start
    adrp    x1, __boot_tables_end
3:  stp     xzr, xzr, [x0], #16
    stp     xzr, xzr, [x0], #16
    stp     xzr, xzr, [x0], #16
    stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    3b

    // x2: descriptor of a table at [x1] put at index x3 of the table at [x0].
    adrp    x0, low_l1
    adrp    x1, low_l2
    ubfx    x3, x22, #30, #9
    orr     x2, x1, #k_table
    str     x2, [x0, x3, lsl #3]
    adrp    x4, high_l1
    adrp    x5, high_l2
    orr     x2, x5, #k_table
    str     x2, [x4]

    // The image, in 2 MiB blocks, at its own address and in the linear map.
    sub     x6, x22, #k_text_offset             // where the block at k_linear_base lies
    adrp    x7, __kernel_end
    mov     x3, #k_normal_block
    ubfx    x9, x6, #21, #9
    mov     x10, #0
4:  orr     x2, x6, x3
    str     x2, [x1, x9, lsl #3]
    str     x2, [x5, x10, lsl #3]
    add     x9, x9, #1
    add     x10, x10, #1
    add     x6, x6, #0x200000
    cmp     x6, x7
    b.lo    4b

    // Devices: the first 4 GiB of physical addresses, from index 256 on (k_window_base).
    ldr     x3, =k_device_block
    mov     x6, #0
    add     x7, x4, #(256 * 8)
5:  orr     x2, x3, x6, lsl #30
    str     x2, [x7], #8
    add     x6, x6, #1
    cmp     x6, #4
    b.lo    5b

    // The device tree: the two blocks from where it starts, at index 508 (k_device_tree_base).
    cbz     x20, 6f
    adrp    x0, tree_l2
    orr     x2, x0, #k_table
    str     x2, [x4, #(508 * 8)]
    ldr     x3, =k_tree_block
    ubfx    x6, x20, #21, #27
    lsl     x6, x6, #21
    orr     x2, x3, x6
    str     x2, [x0]
    mov     x7, #0x200000
    add     x2, x2, x7
    str     x2, [x0, #8]

6:  adrp    x0, __boot_tables_start
    adrp    x1, __boot_tables_end
    dmb     sy
7:  dc      ivac, x0
    add     x0, x0, #64
    cmp     x0, x1
    b.lo    7b
    dsb     sy
    adrp    x25, high_l1

    // The MMU on with the high half at x25 and the image at its own address, then to x24 in the high half.
turn_mmu_on:
    ldr     x0, =k_mair
    msr     mair_el1, x0
    ldr     x0, =(k_tcr | k_tcr_as)
    mrs     x8, id_aa64mmfr0_el1
    and     x8, x8, #0xf                        // PARange
    cmp     x8, #6                              // more than 48 bits are not for this granule and format
    mov     x1, #5
    csel    x8, x1, x8, hs
    bfi     x0, x8, #32, #3                     // IPS
    msr     tcr_el1, x0
    adrp    x0, low_l1
    msr     ttbr0_el1, x0
    msr     ttbr1_el1, x25
    ic      iallu
    tlbi    vmalle1
    dsb     sy
    isb
    ldr     x0, =k_sctlr_on
    msr     sctlr_el1, x0
    isb
    br      x24

first_cpu:
    ldr     x0, =__stack_top
    mov     sp, x0
    ldr     x0, =__bss_start
    ldr     x1, =__bss_end
    cmp     x0, x1
    b.hs    9f
8:  stp     xzr, xzr, [x0], #16
    stp     xzr, xzr, [x0], #16
    stp     xzr, xzr, [x0], #16
    stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    8b
9:  mov     x0, x20
    mov     x1, x21
    mov     x2, x22
    mov     x29, xzr                            // the last frame record
    mov     x30, xzr
    bl      phx_boot_entry
    b       park
    .ltorg

    // Where PSCI's CPU_ON begins (Arm DEN 0022, 6.4): the final map's root in x0, and in its low bits, which are free, the CPU's number.
    // What else there is to know waits in phx_secondary_starts, read through the map, so that no cache is in the way. The final map never
    // changes under this CPU; the low one is closed by the mmu's init_cpu.
    .section .text.secondary, "ax", %progbits
    .global phx_secondary_start
phx_secondary_start:
    and     x20, x0, #0xfff
    bic     x25, x0, #0xfff
    adr     x23, 1f
    ldr     x24, =2f
    b       leave_to_el1
1:  b       turn_mmu_on
2:  ldr     x0, =phx_secondary_starts
    add     x0, x0, x20, lsl #5                 // 32 bytes each, see SecondaryStart
    ldp     x1, x2, [x0]
    mov     sp, x1
    msr     tpidr_el1, x2
    mov     x29, xzr                            // the last frame record
    mov     x30, xzr
    b       phx_secondary_entry
    .ltorg

    .section .boot_tables, "aw", %nobits
    .balign 4096
low_l1:     .skip 4096
low_l2:     .skip 4096
high_l1:    .skip 4096
high_l2:    .skip 4096
tree_l2:    .skip 4096
