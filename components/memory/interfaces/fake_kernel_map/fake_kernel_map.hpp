// Host memory as RAM: physical = virtual, until a test sets another distance (SimulatedRam does).
#pragma once

#include <cstddef>
#include <cstdint>

#include <base/types.hpp>

namespace phx::memory {

class FakeKernelMap {
public:
    constexpr FakeKernelMap() = default;

    [[nodiscard]] std::byte* to_virtual(PhysAddr physical) const {
        return reinterpret_cast<std::byte*>(physical.value() + distance_);
    }
    [[nodiscard]] PhysAddr to_physical(const void* pointer) const {
        return PhysAddr{reinterpret_cast<std::uintptr_t>(pointer) - distance_};
    }

    void reset() { distance_ = 0; }
    void set_distance(std::uint64_t distance) { distance_ = distance; }

private:
    std::uint64_t distance_ = 0;
};

}  // namespace phx::memory
