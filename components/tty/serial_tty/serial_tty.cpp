#include <tty/serial_tty/serial_tty.hpp>

#include <ports/serial_tty.hpp>
#include <tty/terminal/tty_file.hpp>

namespace phx::tty {
namespace {

constexpr fs::DeviceNode k_nodes[] = {
    {"ttyAMA0", 0600, fs::make_device(204, 64)},
    {"console", 0600, fs::make_device(5, 1)},
};

}  // namespace

// While nobody has it open, what is typed is lost, as on Linux.
std::size_t SerialTty::receive(std::span<const char> text) { return tty_.is_open() ? tty_.receive(text) : text.size(); }

void SerialTty::on_break() { tty_.receive_break(); }
void SerialTty::on_room() { tty_.on_room(); }

std::size_t SerialTty::send(std::span<const char> text) { return ports::serial_tty::line().send(text); }
void SerialTty::on_input_room() { ports::serial_tty::line().resume(); }

std::span<const fs::DeviceNode> SerialTty::nodes() const { return k_nodes; }
bool SerialTty::serves(fs::Device device) const { return device == k_line || device == k_console; }

// The console never becomes somebody's controlling terminal by being opened, only by TIOCSCTTY (Linux drivers/tty/tty_io.c).
Result<Ref<fs::File>> SerialTty::open(fs::Device device, fs::Inode& inode, std::uint32_t flags) {
    return open_tty(ports::serial_tty::heap(), tty_, inode, flags, device != k_console);
}

}  // namespace phx::tty
