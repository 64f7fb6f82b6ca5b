// Devices that only have names, some of them in folders.
#pragma once

#include <span>

#include <fs/interfaces/device_nodes.hpp>

namespace phx::fs {

class FakeDeviceNodes final : public DeviceNodes {
public:
    static constexpr std::uint32_t k_major = 240;  // Linux Documentation/admin-guide/devices.txt: for local use

    constexpr FakeDeviceNodes() = default;

    [[nodiscard]] std::span<const DeviceNode> nodes() const override { return k_nodes; }
    [[nodiscard]] bool serves(Device device) const override { return major_of(device) == k_major; }
    Result<Ref<File>> open(Device, Inode&, std::uint32_t) override { return Errno::nxio; }

private:
    static constexpr DeviceNode k_nodes[] = {
        {"plain", 0640, make_device(k_major, 0), 29},
        {"deep/down/one", 0600, make_device(k_major, 1)},
        {"deep/down/two", 0666, make_device(k_major, 2)},
        {"deep/other", 0000, make_device(k_major, 0xfffff)},
    };
};

}  // namespace phx::fs
