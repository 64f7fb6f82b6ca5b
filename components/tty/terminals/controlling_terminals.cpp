#include <tty/terminals/controlling_terminals.hpp>

#include <ports/terminals.hpp>
#include <tty/terminal/sessions.hpp>
#include <tty/terminal/tty_file.hpp>

namespace phx::tty {
namespace {

constexpr fs::Device k_tty = fs::make_device(5, 0);
constexpr fs::DeviceNode k_nodes[] = {{"tty", 0666, k_tty}};

}  // namespace

void ControllingTerminals::on_session_end(task::Session& session) { Sessions::leave(session); }

ControllingTerminal ControllingTerminals::of(task::Session& session) {
    ControllingTerminal terminal;
    terminal.device = Sessions::device_of(session, terminal.foreground);
    return terminal;
}

std::span<const fs::DeviceNode> ControllingTerminals::nodes() const { return k_nodes; }
bool ControllingTerminals::serves(fs::Device device) const { return device == k_tty; }

Result<Ref<fs::File>> ControllingTerminals::open(fs::Device, fs::Inode& inode, std::uint32_t flags) {
    const Ref<Tty> tty = Sessions::controlling();
    if (!tty) {
        return Errno::nxio;
    }
    return open_tty(ports::terminals::heap(), *tty, inode, flags, false);
}

}  // namespace phx::tty
