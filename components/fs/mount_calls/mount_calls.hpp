// mount(2), umount(2), pivot_root(2), chroot(2).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/interfaces/vfs.hpp>

namespace phx::fs {

class MountCalls {
public:
    constexpr MountCalls() = default;

    Result<void> sys_mount(UserPtr<const char> source, UserPtr<const char> target, UserPtr<const char> type, std::uint64_t flags,
                           UserPtr<const char> options);
    Result<void> sys_umount2(UserPtr<const char> target, std::uint32_t flags);
    Result<void> sys_pivot_root(UserPtr<const char> new_root, UserPtr<const char> put_old);
    Result<void> sys_chroot(UserPtr<const char> path);
};

}  // namespace phx::fs
