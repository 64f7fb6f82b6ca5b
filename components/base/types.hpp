// Strong types for addresses, frames, interrupt lines and time. Each wraps one integer and converts only when asked.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace phx {

inline constexpr std::size_t k_page_shift = 12;
inline constexpr std::size_t k_page_size = std::size_t{1} << k_page_shift;
inline constexpr std::size_t KiB = 1024;
inline constexpr std::size_t MiB = 1024 * KiB;
inline constexpr std::size_t GiB = 1024 * MiB;

// `alignment` is a power of two.
[[nodiscard]] constexpr std::uint64_t align_down(std::uint64_t value, std::uint64_t alignment) {
    return value & ~(alignment - 1);
}
[[nodiscard]] constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
    return align_down(value + alignment - 1, alignment);
}

// An address in one address space; Tag keeps the spaces apart. Arithmetic is in bytes.
template <class Tag>
class Address {
public:
    constexpr Address() = default;
    constexpr explicit Address(std::uint64_t value) : value_{value} {}

    [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
    [[nodiscard]] constexpr bool is_aligned(std::uint64_t alignment) const { return (value_ & (alignment - 1)) == 0; }
    [[nodiscard]] constexpr Address aligned_down(std::uint64_t to) const { return Address{align_down(value_, to)}; }
    [[nodiscard]] constexpr Address aligned_up(std::uint64_t to) const { return Address{align_up(value_, to)}; }

    constexpr auto operator<=>(const Address&) const = default;
    constexpr Address operator+(std::uint64_t bytes) const { return Address{value_ + bytes}; }
    constexpr Address operator-(std::uint64_t bytes) const { return Address{value_ - bytes}; }
    constexpr std::uint64_t operator-(Address other) const { return value_ - other.value_; }
    constexpr Address& operator+=(std::uint64_t bytes) {
        value_ += bytes;
        return *this;
    }

private:
    std::uint64_t value_ = 0;
};

struct PhysTag;
struct VirtTag;
using PhysAddr = Address<PhysTag>;
using VirtAddr = Address<VirtTag>;  // kernel half

// Half-open: [base, base + size). Size in bytes; an empty range has size 0.
struct PhysRange {
    PhysAddr base;
    std::uint64_t size = 0;

    [[nodiscard]] constexpr PhysAddr end() const { return base + size; }
    [[nodiscard]] constexpr bool empty() const { return size == 0; }
    [[nodiscard]] constexpr bool contains(PhysAddr a) const { return a >= base && a - base < size; }
    [[nodiscard]] constexpr bool contains(PhysRange r) const {
        return r.base >= base && r.size <= size && r.base - base <= size - r.size;
    }
    [[nodiscard]] constexpr bool overlaps(PhysRange r) const {
        return !empty() && !r.empty() && base < r.end() && r.base < end();
    }
    constexpr bool operator==(const PhysRange&) const = default;
};

// A page frame: a physical address in units of k_page_size.
class Frame {
public:
    constexpr Frame() = default;
    constexpr explicit Frame(std::uint64_t number) : number_{number} {}
    [[nodiscard]] static constexpr Frame containing(PhysAddr a) { return Frame{a.value() >> k_page_shift}; }

    [[nodiscard]] constexpr std::uint64_t number() const { return number_; }
    [[nodiscard]] constexpr PhysAddr address() const { return PhysAddr{number_ << k_page_shift}; }
    constexpr auto operator<=>(const Frame&) const = default;
    constexpr Frame operator+(std::uint64_t frames) const { return Frame{number_ + frames}; }

private:
    std::uint64_t number_ = 0;
};

// An interrupt as its controller numbers it: the GIC's INTID, so SPI n is 32 + n and PPI n is 16 + n.
class IrqLine {
public:
    constexpr IrqLine() = default;
    constexpr explicit IrqLine(std::uint32_t id) : id_{id} {}
    [[nodiscard]] constexpr std::uint32_t id() const { return id_; }
    constexpr auto operator<=>(const IrqLine&) const = default;

private:
    std::uint32_t id_ = 0;
};

// A point in time since boot, or a span of time.
class Nanoseconds {
public:
    constexpr Nanoseconds() = default;
    constexpr explicit Nanoseconds(std::int64_t count) : count_{count} {}
    [[nodiscard]] constexpr std::int64_t count() const { return count_; }
    constexpr auto operator<=>(const Nanoseconds&) const = default;
    constexpr Nanoseconds operator+(Nanoseconds n) const { return Nanoseconds{count_ + n.count_}; }
    constexpr Nanoseconds operator-(Nanoseconds n) const { return Nanoseconds{count_ - n.count_}; }

private:
    std::int64_t count_ = 0;
};

// The registers of one device: where they are mapped, where they are, how many bytes.
struct RegisterWindow {
    VirtAddr virt;
    PhysAddr phys;
    std::size_t size = 0;
};

}  // namespace phx
