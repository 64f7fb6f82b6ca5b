// The kernel's view of RAM: all of it, at a constant distance, readable and writable, never executable.
#pragma once

#include <concepts>
#include <cstddef>

#include <base/types.hpp>

namespace phx::memory {

// After the provider's init every RAM address (but reserved no-map regions) can be reached through to_virtual; before, only the
// image. Any context. to_physical takes addresses of the linear map and of the image.
template <class T>
concept KernelMap = requires(const T& map, PhysAddr physical, const void* pointer) {
    { map.to_virtual(physical) } -> std::same_as<std::byte*>;
    { map.to_physical(pointer) } -> std::same_as<PhysAddr>;
};

}  // namespace phx::memory
