// What the kernel has logged, as programs read it.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include <base/user.hpp>
#include <fs/interfaces/device_nodes.hpp>
#include <log/kernel_messages/followers.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/mutex.hpp>

namespace phx::log {

class KernelMessages final : public fs::DeviceNodes {
public:
    constexpr KernelMessages() = default;

    // DeviceNodes: /dev/kmsg
    [[nodiscard]] std::span<const fs::DeviceNode> nodes() const override;
    [[nodiscard]] bool serves(fs::Device device) const override;
    Result<Ref<fs::File>> open(fs::Device device, fs::Inode& inode, std::uint32_t flags) override;

    Result<std::int64_t> sys_syslog(int type, UserPtr<char> to, int size);

    // The first message that has not been cleared.
    [[nodiscard]] std::uint64_t cleared() const { return cleared_.load(std::memory_order_relaxed); }
    [[nodiscard]] Followers& followers() { return followers_; }

private:
    void clear();
    [[nodiscard]] std::int64_t unread();
    Result<std::int64_t> read_all(UserPtr<char> to, std::size_t size);
    Result<std::int64_t> read_new(UserPtr<char> to, std::size_t size);
    Result<std::int64_t> read_unread(UserPtr<char> to, std::size_t size, std::uint64_t& end);

    Followers followers_;
    std::atomic<std::uint64_t> cleared_{0};  // the first message that SYSLOG_ACTION_READ_ALL shows

    // Where SYSLOG_ACTION_READ goes on: this message, of which that many characters have been read.
    static constexpr sync::LockClass k_reading_class = sync::LearntLockClass::make("kernel messages");
    Mutex reading_{k_reading_class};
    std::uint64_t read_ __attribute__((guarded_by(reading_))) = 0;
    std::size_t partly_read_ __attribute__((guarded_by(reading_))) = 0;
};

}  // namespace phx::log
