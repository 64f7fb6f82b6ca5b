// Devices that nothing is behind: null(4), zero(4), full(4).
#pragma once

#include <span>

#include <fs/interfaces/device_nodes.hpp>

namespace phx::fs {

class MemoryDevices final : public DeviceNodes {
public:
    constexpr MemoryDevices() = default;

    // DeviceNodes
    [[nodiscard]] std::span<const DeviceNode> nodes() const override;
    [[nodiscard]] bool serves(Device device) const override;
    Result<Ref<File>> open(Device device, Inode& inode, std::uint32_t flags) override;
};

}  // namespace phx::fs
