// Extended attributes (xattr(7)).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/interfaces/vfs.hpp>

namespace phx::fs {

class XattrCalls {
public:
    constexpr XattrCalls() = default;

    Result<void> sys_setxattr(UserPtr<const char> path, UserPtr<const char> name, UserPtr<const std::byte> value, std::size_t size, int flags);
    Result<void> sys_lsetxattr(UserPtr<const char> path, UserPtr<const char> name, UserPtr<const std::byte> value, std::size_t size, int flags);
    Result<void> sys_fsetxattr(int fd, UserPtr<const char> name, UserPtr<const std::byte> value, std::size_t size, int flags);
    Result<std::size_t> sys_getxattr(UserPtr<const char> path, UserPtr<const char> name, UserPtr<void> value, std::size_t size);
    Result<std::size_t> sys_lgetxattr(UserPtr<const char> path, UserPtr<const char> name, UserPtr<void> value, std::size_t size);
    Result<std::size_t> sys_fgetxattr(int fd, UserPtr<const char> name, UserPtr<void> value, std::size_t size);
    Result<std::size_t> sys_listxattr(UserPtr<const char> path, UserPtr<char> list, std::size_t size);
    Result<std::size_t> sys_llistxattr(UserPtr<const char> path, UserPtr<char> list, std::size_t size);
    Result<std::size_t> sys_flistxattr(int fd, UserPtr<char> list, std::size_t size);
    Result<void> sys_removexattr(UserPtr<const char> path, UserPtr<const char> name);
    Result<void> sys_lremovexattr(UserPtr<const char> path, UserPtr<const char> name);
    Result<void> sys_fremovexattr(int fd, UserPtr<const char> name);

private:
    Result<void> set(const Path& path, UserPtr<const char> name, UserPtr<const std::byte> value, std::size_t size, int flags);
    Result<std::size_t> get(const Path& path, UserPtr<const char> name, UserPtr<void> value, std::size_t size);
    Result<std::size_t> list(const Path& path, UserPtr<char> to, std::size_t size);
    Result<void> remove(const Path& path, UserPtr<const char> name);
};

}  // namespace phx::fs
