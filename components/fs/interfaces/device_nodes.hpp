// Character devices that a component provides.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/file.hpp>

namespace phx::fs {

struct DeviceNode {
    std::string_view name;  // below /dev, "pts/0" too
    Mode mode = 0600;       // permissions
    Device device = 0;      // Linux's numbers (Documentation/admin-guide/devices.txt)
    task::Gid gid = 0;
};

// A family: the VFS's `devices` port takes all that the graph holds, to open nodes by number wherever they lie; devfs makes the nodes.
class DeviceNodes {
public:
    // Constant.
    [[nodiscard]] virtual std::span<const DeviceNode> nodes() const = 0;
    // Majors that it serves, beyond the nodes that it names (pts).
    [[nodiscard]] virtual bool serves(Device device) const = 0;
    // `inode` is the node that was opened, which the file's path will hold. ENXIO: nothing is there.
    virtual Result<Ref<File>> open(Device device, Inode& inode, std::uint32_t flags) = 0;

protected:
    ~DeviceNodes() = default;
};

}  // namespace phx::fs
