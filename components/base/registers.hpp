// Device registers as types: a register knows its offset, width and access, a field knows its register.
//
//   struct Fr : Register<0x018, std::uint32_t, Access::read> {
//       using TxFull = Field<Fr, 5>;
//   };
//   while (io.read<Fr::TxFull>()) {}
//
// Arrays of registers take an index: io.write<Isenabler>(index, bits).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include <arch/mmio.hpp>
#include <base/types.hpp>

namespace phx {

enum class Access : std::uint8_t { read, write, read_write };

template <std::size_t Offset, class T = std::uint32_t, Access A = Access::read_write>
struct Register {
    using Value = T;
    static constexpr std::size_t offset = Offset;
    static constexpr bool readable = A != Access::write;
    static constexpr bool writable = A != Access::read;
};

// Bits [Shift, Shift + Width) of register R.
template <class R, unsigned Shift, unsigned Width = 1>
struct Field {
    using Of = R;
    static constexpr unsigned shift = Shift;
    static constexpr unsigned width = Width;
};

template <class R>
concept RegisterType = requires {
    typename R::Value;
    { R::offset } -> std::convertible_to<std::size_t>;
};

template <class F>
concept FieldType = requires { typename F::Of; };

template <FieldType F>
inline constexpr typename F::Of::Value field_mask =
    static_cast<typename F::Of::Value>(((std::uint64_t{1} << F::width) - 1) << F::shift);

// `value` placed where the field is; for building a whole register.
template <FieldType F>
[[nodiscard]] constexpr typename F::Of::Value field(std::uint64_t value) {
    return static_cast<typename F::Of::Value>(value << F::shift) & field_mask<F>;
}

// One device's registers. Accesses are single loads and stores of the register's width, in program order.
class Registers {
public:
    constexpr explicit Registers(RegisterWindow window) : base_{window.virt.value()} {}

    template <RegisterType R>
        requires R::readable
    [[nodiscard]] typename R::Value read(std::size_t index = 0) const {
        return arch::mmio_read<typename R::Value>(address<R>(index));
    }
    template <FieldType F>
        requires F::Of::readable
    [[nodiscard]] typename F::Of::Value read() const {
        return static_cast<typename F::Of::Value>((read<typename F::Of>() & field_mask<F>) >> F::shift);
    }
    template <RegisterType R>
        requires R::writable
    void write(typename R::Value value) const {
        arch::mmio_write<typename R::Value>(address<R>(0), value);
    }
    template <RegisterType R>
        requires R::writable
    void write(std::size_t index, typename R::Value value) const {
        arch::mmio_write<typename R::Value>(address<R>(index), value);
    }
    // Read, change one field, write.
    template <FieldType F>
        requires(F::Of::readable && F::Of::writable)
    void modify(std::uint64_t value) const {
        using R = typename F::Of;
        write<R>(static_cast<typename R::Value>((read<R>() & ~field_mask<F>) | field<F>(value)));
    }
    // The same kind of device further on: a GIC redistributor's second frame, another CPU's bank.
    [[nodiscard]] constexpr Registers at(std::size_t bytes) const { return Registers{base_ + bytes}; }

private:
    constexpr explicit Registers(std::uint64_t base) : base_{base} {}

    template <class R>
    [[nodiscard]] constexpr std::uintptr_t address(std::size_t index) const {
        return base_ + R::offset + index * sizeof(typename R::Value);
    }

    std::uint64_t base_;
};

}  // namespace phx
