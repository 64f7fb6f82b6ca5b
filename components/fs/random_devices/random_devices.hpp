// random(4).
#pragma once

#include <span>

#include <fs/interfaces/device_nodes.hpp>

namespace phx::fs {

class RandomDevices final : public DeviceNodes {
public:
    constexpr RandomDevices() = default;

    // DeviceNodes
    [[nodiscard]] std::span<const DeviceNode> nodes() const override;
    [[nodiscard]] bool serves(Device device) const override;
    Result<Ref<File>> open(Device device, Inode& inode, std::uint32_t flags) override;
};

}  // namespace phx::fs
