#include <tty/pty/pseudo_terminals.hpp>

#include <algorithm>

#include <memory/interfaces/context.hpp>
#include <ports/pty.hpp>
#include <tty/pty/master_file.hpp>
#include <tty/terminal/tty_file.hpp>

namespace phx::tty {
namespace {

// Linux Documentation/admin-guide/devices.txt
constexpr fs::Device k_ptmx = fs::make_device(5, 2);
constexpr std::uint32_t k_slave_major = 136;
constexpr std::uint64_t k_first_inode = 3;

constexpr fs::DeviceNode k_nodes[] = {{"ptmx", 0666, k_ptmx}};

}  // namespace

Nanoseconds PseudoTerminals::now() {
    auto* clocks = ports::pty::clocks();
    return clocks != nullptr ? clocks->realtime() : Nanoseconds{};
}

std::span<const fs::DeviceNode> PseudoTerminals::nodes() const { return k_nodes; }

bool PseudoTerminals::serves(fs::Device device) const { return device == k_ptmx || fs::major_of(device) == k_slave_major; }

Result<Ref<fs::File>> PseudoTerminals::open(fs::Device device, fs::Inode& inode, std::uint32_t flags) {
    return device == k_ptmx ? open_master(inode, flags) : open_slave(fs::minor_of(device), inode, flags);
}

Result<std::uint32_t> PseudoTerminals::claim() {
    const SpinGuard guard{lock_};
    const auto free = std::find(claimed_.begin(), claimed_.end(), false);
    if (free == claimed_.end()) {
        return Errno::nospc;
    }
    *free = true;
    return static_cast<std::uint32_t>(free - claimed_.begin());
}

// Until devpts is mounted a slave would have no name.
Result<Ref<fs::File>> PseudoTerminals::open_master(fs::Inode& inode, std::uint32_t flags) {
    DevPts* const devpts = devpts_.load(std::memory_order_acquire);
    if (devpts == nullptr) {
        return Errno::nodev;
    }
    auto& heap = ports::pty::heap();
    const std::uint32_t number = TRY(claim());
    const fs::Device device = fs::make_device(k_slave_major, number);
    const auto give_up = [&](Errno error) {
        const SpinGuard guard{lock_};
        claimed_[number] = false;
        return error;
    };
    const auto node = memory::create<SlaveNode>(heap, memory::MaySleep{}, *devpts, number + k_first_inode, devpts->new_node(device), now());
    if (!node) {
        return give_up(node.error());
    }
    const auto pty = memory::create<Pty>(heap, memory::MaySleep{}, number, device);
    if (!pty) {
        memory::destroy(heap, *node);
        return give_up(pty.error());
    }
    Result<Ref<fs::File>> file = make_master_file(**pty, inode, flags);
    if (!file) {
        memory::destroy(heap, *pty);
        memory::destroy(heap, *node);
        return give_up(file.error());
    }
    const SpinGuard guard{lock_};
    slots_[number] = {*pty, *node};
    return file;
}

Result<Ref<fs::File>> PseudoTerminals::open_slave(std::uint32_t number, fs::Inode& inode, std::uint32_t flags) {
    Ref<Tty> slave;
    Pty* pty = nullptr;
    {
        const SpinGuard guard{lock_};
        if (number < k_max && slots_[number].node != nullptr && slots_[number].pty->slave().try_retain()) {
            pty = slots_[number].pty;
            slave = Ref<Tty>::adopt(&pty->slave());
        }
    }
    if (!slave || pty->locked()) {
        return Errno::io;
    }
    Ref<fs::File> file = TRY(open_tty(ports::pty::heap(), *slave, inode, flags, true));
    pty->on_slave_open();
    return file;
}

Result<Ref<fs::SuperBlock>> PseudoTerminals::mount(std::string_view, std::string_view options) {
    DevPts* devpts = devpts_.load(std::memory_order_acquire);
    if (devpts == nullptr) {
        DevPts* const made = TRY(memory::create<DevPts>(ports::pty::heap(), memory::MaySleep{}, now()));
        if (devpts_.compare_exchange_strong(devpts, made, std::memory_order_acq_rel)) {
            devpts = made;
        } else {
            memory::destroy(ports::pty::heap(), made);
        }
    }
    TRY(devpts->set_options(options));
    return Ref<fs::SuperBlock>{Ref<DevPts>{devpts}};
}

Ref<SlaveNode> PseudoTerminals::node(std::uint32_t number) {
    const SpinGuard guard{lock_};
    return Ref<SlaveNode>{number < k_max ? slots_[number].node : nullptr};
}

std::uint32_t PseudoTerminals::next(std::uint32_t number) {
    const SpinGuard guard{lock_};
    while (number < k_max && slots_[number].node == nullptr) {
        ++number;
    }
    return std::min(number, k_max);
}

void PseudoTerminals::close(Pty& pty) {
    Ref<SlaveNode> node;
    {
        const SpinGuard guard{lock_};
        node = Ref<SlaveNode>::adopt(std::exchange(slots_[pty.number()].node, nullptr));
    }
    pty.slave().hang_up();
}

void PseudoTerminals::destroy(Pty& pty) {
    {
        const SpinGuard guard{lock_};
        slots_[pty.number()].pty = nullptr;
        claimed_[pty.number()] = false;
    }
    memory::destroy(ports::pty::heap(), &pty);
}

}  // namespace phx::tty
