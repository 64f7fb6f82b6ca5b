// Windows and claims that a test lists.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include <boot/interfaces/device_table.hpp>

namespace phx::boot {

class FakeDeviceTable {
public:
    static constexpr PhysAddr default_memory_base{0x4000'0000};

    constexpr FakeDeviceTable() = default;

    [[nodiscard]] std::span<const DeviceWindow> windows() const { return windows_; }
    [[nodiscard]] std::span<const DeviceClaim> claims() const { return claims_; }
    [[nodiscard]] PhysAddr memory_base() const { return memory_base_; }

    void set_windows(std::vector<DeviceWindow> windows) { windows_ = std::move(windows); }
    void set_claims(std::vector<DeviceClaim> claims) { claims_ = std::move(claims); }
    void set_memory_base(PhysAddr base) { memory_base_ = base; }
    void reset() {
        set_windows({});
        set_claims({});
        set_memory_base(default_memory_base);
    }

private:
    std::vector<DeviceWindow> windows_;
    std::vector<DeviceClaim> claims_;
    PhysAddr memory_base_ = default_memory_base;
};

} // namespace phx::boot
