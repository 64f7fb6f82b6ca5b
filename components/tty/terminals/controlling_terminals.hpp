// /dev/tty: the running process's own terminal; and the end of sessions.
#pragma once

#include <span>

#include <fs/interfaces/device_nodes.hpp>
#include <tty/interfaces/terminals.hpp>

namespace phx::tty {

class ControllingTerminals final : public fs::DeviceNodes {
public:
    constexpr ControllingTerminals() = default;

    // Terminals
    void on_session_end(task::Session& session);
    ControllingTerminal of(task::Session& session);

    // DeviceNodes
    [[nodiscard]] std::span<const fs::DeviceNode> nodes() const override;
    [[nodiscard]] bool serves(fs::Device device) const override;
    Result<Ref<fs::File>> open(fs::Device device, fs::Inode& inode, std::uint32_t flags) override;
};

}  // namespace phx::tty
