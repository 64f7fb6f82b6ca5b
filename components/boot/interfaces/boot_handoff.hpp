// What the loader left: the device tree it passed and where the image lies.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <base/types.hpp>

namespace phx::boot {

// Ready from the first instruction of C++. Any context.
//   device_tree        the mapped window that starts at the tree: at most what is mapped, not what its header claims. Empty if
//                      the loader passed none or one that is not 8-byte aligned
//   device_tree_address  where it lies; 0 if none
//   image              all that the image occupies, boot stack included
//   entry_level        the exception level the loader started us at: 1 or 2
template <class T>
concept BootHandoff = requires(const T& handoff) {
    { handoff.device_tree() } -> std::same_as<std::span<const std::byte>>;
    { handoff.device_tree_address() } -> std::same_as<PhysAddr>;
    { handoff.image() } -> std::same_as<PhysRange>;
    { handoff.entry_level() } -> std::same_as<unsigned>;
};

}  // namespace phx::boot
