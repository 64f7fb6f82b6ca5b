// Device loads and stores. Inline assembly, because a volatile access may compile to a write-back form, which carries no
// syndrome and so cannot be emulated by a hypervisor (Arm ARM DDI 0487, D17.2.37 ESR_ELx, ISV).
#pragma once

#include <cstdint>

namespace phx::arch {

template <class T>
[[nodiscard]] T mmio_read(std::uintptr_t address);
template <class T>
void mmio_write(std::uintptr_t address, T value);

template <>
inline std::uint8_t mmio_read<std::uint8_t>(std::uintptr_t address) {
    std::uint32_t value;
    asm volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return static_cast<std::uint8_t>(value);
}
template <>
inline std::uint16_t mmio_read<std::uint16_t>(std::uintptr_t address) {
    std::uint32_t value;
    asm volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return static_cast<std::uint16_t>(value);
}
template <>
inline std::uint32_t mmio_read<std::uint32_t>(std::uintptr_t address) {
    std::uint32_t value;
    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
template <>
inline std::uint64_t mmio_read<std::uint64_t>(std::uintptr_t address) {
    std::uint64_t value;
    asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
template <>
inline void mmio_write<std::uint8_t>(std::uintptr_t address, std::uint8_t value) {
    asm volatile("strb %w0, [%1]" : : "rZ"(static_cast<std::uint32_t>(value)), "r"(address) : "memory");
}
template <>
inline void mmio_write<std::uint16_t>(std::uintptr_t address, std::uint16_t value) {
    asm volatile("strh %w0, [%1]" : : "rZ"(static_cast<std::uint32_t>(value)), "r"(address) : "memory");
}
template <>
inline void mmio_write<std::uint32_t>(std::uintptr_t address, std::uint32_t value) {
    asm volatile("str %w0, [%1]" : : "rZ"(value), "r"(address) : "memory");
}
template <>
inline void mmio_write<std::uint64_t>(std::uintptr_t address, std::uint64_t value) {
    asm volatile("str %0, [%1]" : : "rZ"(value), "r"(address) : "memory");
}

}  // namespace phx::arch
