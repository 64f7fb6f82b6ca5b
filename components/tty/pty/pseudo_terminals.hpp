// All pseudo-terminals there are, by number.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/device_nodes.hpp>
#include <params/pty.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <tty/pty/devpts.hpp>
#include <tty/pty/pty.hpp>

namespace phx::tty {

class PseudoTerminals final : public fs::DeviceNodes, public fs::FileSystem {
public:
    constexpr PseudoTerminals() = default;

    // DeviceNodes
    [[nodiscard]] std::span<const fs::DeviceNode> nodes() const override;
    [[nodiscard]] bool serves(fs::Device device) const override;
    Result<Ref<fs::File>> open(fs::Device device, fs::Inode& inode, std::uint32_t flags) override;

    // FileSystem
    [[nodiscard]] std::string_view name() const override { return "devpts"; }
    Result<Ref<fs::SuperBlock>> mount(std::string_view source, std::string_view options) override;

    [[nodiscard]] static Nanoseconds now();

    // The node of a slave, while its master is open. Thread context.
    [[nodiscard]] Ref<SlaveNode> node(std::uint32_t number);
    // The first number in use from there on; `max` if there is none.
    [[nodiscard]] std::uint32_t next(std::uint32_t number);
    // The master is closed: the slave hangs up, and its name goes.
    void close(Pty& pty);
    void destroy(Pty& pty);

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("ptys");
    static constexpr std::uint32_t k_max = params::pty::max;
    struct Slot {
        Pty* pty = nullptr;   // until it is destroyed
        SlaveNode* node = nullptr;  // held, until the master is closed
    };

    Result<Ref<fs::File>> open_master(fs::Inode& inode, std::uint32_t flags);
    Result<Ref<fs::File>> open_slave(std::uint32_t number, fs::Inode& inode, std::uint32_t flags);
    [[nodiscard]] Result<std::uint32_t> claim();

    SpinLock lock_{k_class};
    std::array<Slot, k_max> slots_ __attribute__((guarded_by(lock_))){};
    std::array<bool, k_max> claimed_ __attribute__((guarded_by(lock_))){};
    std::atomic<DevPts*> devpts_{nullptr};  // once it has been mounted, for good
};

}  // namespace phx::tty
