// Boot memory as a short sorted table of free ranges. Nothing is done per page, so start-up costs the same for any
// amount of RAM.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <base/result.hpp>
#include <base/types.hpp>
#include <memory/interfaces/boot_allocator.hpp>
#include <params/region_allocator.hpp>

namespace phx::memory {

// Boot context throughout. See the BootAllocator interface for allocate, hand_over and total.
class RegionAllocator {
public:
    constexpr RegionAllocator() = default;

    // ENOMEM: less RAM than the parameter `minimum`. ENOSPC: reservations cut RAM into more pieces than `max_ranges`.
    Result<void> init();

    Result<PhysAddr> allocate(std::size_t size, std::size_t alignment);
    std::span<const PhysRange> hand_over();
    [[nodiscard]] std::uint64_t total() const { return total_; }

private:
    [[nodiscard]] bool add(PhysRange ram);
    [[nodiscard]] bool remove(PhysRange region);
    [[nodiscard]] bool carve(std::size_t index, PhysRange hole);
    void erase(std::size_t index);
    [[nodiscard]] std::uint64_t free_bytes() const;

    std::array<PhysRange, static_cast<std::size_t>(params::region_allocator::max_ranges)> ranges_{};
    std::size_t count_ = 0;
    std::uint64_t total_ = 0;
    bool handed_over_ = false;
};

}  // namespace phx::memory
