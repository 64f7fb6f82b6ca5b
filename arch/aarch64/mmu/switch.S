// void phx_replace_kernel_map(std::uint64_t new_l1, std::uint64_t empty_l1, std::uint64_t self)
// Live descriptors may not change size in place (Arm ARM DDI 0487, D8.16.1, break-before-make), so this runs at its own physical address
// `self` in the low map while the high half is empty, then returns to the high half and closes the low one. Its second half,
// void phx_close_low_map(std::uint64_t, std::uint64_t empty_l1), is for CPUs that come to the final map at once.

    .section .text.entry, "ax", %progbits
    .global phx_replace_kernel_map
    .type   phx_replace_kernel_map, %function
phx_replace_kernel_map:
    dsb     ish
    add     x2, x2, #(1f - phx_replace_kernel_map)
    br      x2
1:  msr     ttbr1_el1, x1
    isb
    tlbi    vmalle1
    dsb     nsh
    isb
    msr     ttbr1_el1, x0
    isb
    ldr     x3, =2f
    br      x3
    .global phx_close_low_map
phx_close_low_map:
2:  mrs     x3, tcr_el1
    orr     x3, x3, #(1 << 7)                   // EPD0: no walks of the low half
    msr     tcr_el1, x3
    msr     ttbr0_el1, x1
    mrs     x3, sctlr_el1
    orr     x3, x3, #(1 << 19)                  // WXN: what is writable is not executable, whatever a descriptor says
    msr     sctlr_el1, x3
    isb
    tlbi    vmalle1
    dsb     nsh
    isb
    ret
    .ltorg
    .size   phx_replace_kernel_map, . - phx_replace_kernel_map
