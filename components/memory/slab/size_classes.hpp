// The sizes that slabs come in, where their objects lie, and how many of each a CPU keeps at hand.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <base/types.hpp>
#include <params/slab.hpp>

namespace phx::memory {

struct SizeClass {
    std::uint16_t size;        // of each object
    std::uint16_t start;       // offset of the first one; before it stands the slab's header
    std::uint16_t count;       // objects in a page
    std::uint16_t magazine;    // objects that a CPU keeps
    std::uint32_t reciprocal;  // index = offset * reciprocal >> 32

    [[nodiscard]] constexpr std::uint32_t index(std::uint32_t offset) const {
        return static_cast<std::uint32_t>(std::uint64_t{offset} * reciprocal >> 32);
    }
    // 64-bit words with a bit for each object.
    [[nodiscard]] constexpr std::size_t words() const { return (count + 63U) / 64; }
};

inline constexpr std::size_t k_object_alignment = 16;  // what every object has
inline constexpr std::size_t k_slab_header = 56;       // without the bits of free objects
inline constexpr std::size_t k_largest_in_slab = 2016;
inline constexpr std::size_t k_largest_aligned_in_slab = 256;

// First the classes for ordinary alignment: the larger ones divide what a page leaves beside the header. Then powers of
// two that start at a multiple of their size, for objects with a larger alignment; these are rare, and no CPU keeps any.
inline constexpr std::size_t k_ordinary_classes = 16;
inline constexpr std::size_t k_classes = k_ordinary_classes + 4;

// A CPU keeps at most this much of a class, lest the large ones pin many pages.
inline constexpr std::size_t k_magazine_bytes = 8 * KiB;
inline constexpr std::size_t k_magazine_slots = static_cast<std::size_t>(params::slab::magazine);

consteval SizeClass make_size_class(std::size_t size, std::size_t alignment, bool ordinary) {
    std::size_t start = 0;
    std::size_t count = 0;
    for (std::size_t words = 1;; ++words) {
        start = align_up(k_slab_header + words * 8, alignment);
        count = (k_page_size - start) / size;
        if (count <= words * 64) {
            break;
        }
    }
    return {static_cast<std::uint16_t>(size), static_cast<std::uint16_t>(start), static_cast<std::uint16_t>(count),
            static_cast<std::uint16_t>(ordinary ? std::min(k_magazine_slots, k_magazine_bytes / size) : 0),
            static_cast<std::uint32_t>(((std::uint64_t{1} << 32) + size - 1) / size)};
}

inline constexpr std::array<SizeClass, k_classes> k_size_classes = [] {
    std::array<SizeClass, k_classes> classes{};
    std::size_t next = 0;
    for (const std::size_t size : {16, 32, 48, 64, 96, 128, 192, 256, 336, 448, 576, 672, 800, 1008, 1344, 2016}) {
        classes[next++] = make_size_class(size, k_object_alignment, true);
    }
    for (const std::size_t size : {32, 64, 128, 256}) {
        classes[next++] = make_size_class(size, size, false);
    }
    return classes;
}();

// Class of an object of up to k_largest_in_slab bytes and ordinary alignment, by (size - 1) / 16.
inline constexpr std::array<std::uint8_t, k_largest_in_slab / k_object_alignment> k_class_of_size = [] {
    std::array<std::uint8_t, k_largest_in_slab / k_object_alignment> table{};
    std::uint8_t at = 0;
    for (std::size_t i = 0; i < table.size(); ++i) {
        while (k_size_classes[at].size < (i + 1) * k_object_alignment) {
            ++at;
        }
        table[i] = at;
    }
    return table;
}();

// What SizeClass says of it, at hand without a multiplication.
inline constexpr std::array<std::uint8_t, k_classes> k_magazine_of_class = [] {
    std::array<std::uint8_t, k_classes> table{};
    std::ranges::transform(k_size_classes, table.begin(), [](const SizeClass& c) { return static_cast<std::uint8_t>(c.magazine); });
    return table;
}();

static_assert(
    [] {
        for (const SizeClass& c : k_size_classes) {
            for (std::uint32_t offset = 0; offset < k_page_size; offset += k_object_alignment) {
                if (c.index(offset) != offset / c.size) {
                    return false;
                }
            }
        }
        return true;
    }(),
    "the reciprocals must divide exactly");

// std::has_single_bit takes 16 instructions on a processor without a population count outside of its vector unit.
[[nodiscard]] constexpr bool is_power_of_two(std::size_t n) {
    return n != 0 && (n & (n - 1)) == 0;
}

[[nodiscard]] constexpr bool is_ordinary(std::size_t size, std::size_t alignment) {
    constexpr std::size_t powers_up_to_16 = 1U << 1 | 1U << 2 | 1U << 4 | 1U << 8 | 1U << 16;
    return size - 1 < k_largest_in_slab && alignment <= k_object_alignment && (powers_up_to_16 >> alignment & 1) != 0;
}
[[nodiscard]] constexpr std::size_t ordinary_class(std::size_t size) {
    return k_class_of_size.data()[(size - 1) / k_object_alignment];
}

// For more than ordinary alignment.
[[nodiscard]] constexpr bool is_aligned_in_slab(std::size_t size, std::size_t alignment) {
    return size != 0 && alignment > k_object_alignment && is_power_of_two(alignment) &&
           std::max(size, alignment) <= k_largest_aligned_in_slab;
}
[[nodiscard]] constexpr std::size_t aligned_class(std::size_t size, std::size_t alignment) {
    return k_ordinary_classes + static_cast<std::size_t>(std::bit_width(std::max(size, alignment) - 1)) - 5;
}

}  // namespace phx::memory
