// What the kernel has logged, as programs read it.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include <base/user.hpp>
#include <fs/interfaces/device_nodes.hpp>

namespace phx::log {

class KernelMessages final : public fs::DeviceNodes {
public:
    constexpr KernelMessages() = default;

    // DeviceNodes: /dev/kmsg
    [[nodiscard]] std::span<const fs::DeviceNode> nodes() const override;
    [[nodiscard]] bool serves(fs::Device device) const override;
    Result<Ref<fs::File>> open(fs::Device device, fs::Inode& inode, std::uint32_t flags) override;

    Result<std::int64_t> sys_syslog(int type, UserPtr<char> to, int size);

private:
    void clear();
    Result<std::int64_t> read_all(UserPtr<char> to, std::size_t size);
    Result<std::int64_t> read_new(UserPtr<char> to, std::size_t size);

    std::atomic<std::uint64_t> cleared_{0};  // the first message that SYSLOG_ACTION_READ_ALL shows
    std::atomic<std::uint64_t> read_{0};     // and SYSLOG_ACTION_READ
};

}  // namespace phx::log
