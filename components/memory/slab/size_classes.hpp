// The sizes that slabs come in, and the arithmetic from an offset back to an object.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <base/types.hpp>

namespace phx::memory {

struct SizeClass {
    std::uint16_t size;        // of each object
    std::uint16_t start;       // offset of the first one
    std::uint8_t count;        // objects in a page
    std::uint32_t reciprocal;  // index = offset * reciprocal >> 32

    [[nodiscard]] static constexpr std::uint32_t index(std::uint32_t offset, std::uint32_t reciprocal) {
        return static_cast<std::uint32_t>(std::uint64_t{offset} * reciprocal >> 32);
    }
};

inline constexpr std::size_t k_slab_header = 64;
inline constexpr std::size_t k_object_alignment = 16;  // what every object has
inline constexpr std::size_t k_most_objects = 256;     // in a slab, rounded up
inline constexpr std::size_t k_largest_in_slab = 2016;
inline constexpr std::size_t k_largest_aligned_in_slab = 256;

// First the classes for ordinary alignment: the larger ones divide what a page leaves beside the header. Then powers of
// two that start at their own size, for objects with a larger alignment.
inline constexpr std::size_t k_ordinary_classes = 16;
inline constexpr std::size_t k_classes = k_ordinary_classes + 4;

consteval SizeClass make_size_class(std::size_t size, std::size_t start) {
    return {static_cast<std::uint16_t>(size), static_cast<std::uint16_t>(start),
            static_cast<std::uint8_t>((k_page_size - start) / size),
            static_cast<std::uint32_t>(((std::uint64_t{1} << 32) + size - 1) / size)};
}

inline constexpr std::array<SizeClass, k_classes> k_size_classes = [] {
    std::array<SizeClass, k_classes> classes{};
    std::size_t next = 0;
    for (const std::size_t size : {16, 32, 48, 64, 96, 128, 192, 256, 336, 448, 576, 672, 800, 1008, 1344, 2016}) {
        classes[next++] = make_size_class(size, k_slab_header);
    }
    for (const std::size_t size : {32, 64, 128, 256}) {
        classes[next++] = make_size_class(size, size > k_slab_header ? size : k_slab_header);
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

static_assert(
    [] {
        for (const SizeClass& c : k_size_classes) {
            for (std::uint32_t offset = 0; offset < k_page_size; offset += k_object_alignment) {
                if (SizeClass::index(offset, c.reciprocal) != offset / c.size) {
                    return false;
                }
            }
        }
        return true;
    }(),
    "the reciprocals must divide exactly");

}  // namespace phx::memory
