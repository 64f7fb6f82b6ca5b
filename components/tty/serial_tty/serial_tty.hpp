// The terminal on a serial line, which is the machine's console too.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <fs/interfaces/device_nodes.hpp>
#include <tty/terminal/tty.hpp>

namespace phx::tty {

class SerialTty final : public fs::DeviceNodes, private TtyDriver {
public:
    constexpr SerialTty() = default;

    // SerialInput
    std::size_t receive(std::span<const char> text);
    void on_break();
    void on_room();

    // DeviceNodes
    [[nodiscard]] std::span<const fs::DeviceNode> nodes() const override;
    [[nodiscard]] bool serves(fs::Device device) const override;
    Result<Ref<fs::File>> open(fs::Device device, fs::Inode& inode, std::uint32_t flags) override;

private:
    // TtyDriver
    std::size_t send(std::span<const char> text) override;
    void on_input_room() override;

    // Linux Documentation/admin-guide/devices.txt
    static constexpr fs::Device k_line = fs::make_device(204, 64);
    static constexpr fs::Device k_console = fs::make_device(5, 1);

    Tty tty_{*this, k_line};
};

}  // namespace phx::tty
