// std::int64_t phx::arch::semihosting_call(std::uint32_t operation, std::uint64_t parameter)
// Semihosting for AArch64: HLT #0xf000, operation in w0, parameter in x1, result in x0. Where nobody listens the HLT is undefined; the
// exception handler knows its address, answers -1 and steps over it.

    .text
    .global _ZN3phx4arch16semihosting_callEjm
    .type   _ZN3phx4arch16semihosting_callEjm, %function
    .global phx_semihosting_hlt
_ZN3phx4arch16semihosting_callEjm:
phx_semihosting_hlt:
    hlt     #0xf000
    ret
    .size   _ZN3phx4arch16semihosting_callEjm, . - _ZN3phx4arch16semihosting_callEjm
