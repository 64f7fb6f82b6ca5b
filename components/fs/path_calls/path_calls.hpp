// System calls on paths: each takes its arguments from the program, and hands on to the Vfs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/interfaces/descriptors.hpp>
#include <fs/interfaces/vfs.hpp>

struct stat;
struct statx;
struct statfs;
struct open_how;

namespace phx::fs {

struct KernelTimespec;  // as programs pass it: 64-bit seconds and nanoseconds

class PathCalls {
public:
    constexpr PathCalls() = default;

    Result<int> sys_openat(int directory, UserPtr<const char> path, std::uint32_t flags, Mode mode);
    Result<int> sys_openat2(int directory, UserPtr<const char> path, UserPtr<open_how> how, std::size_t size);

    Result<void> sys_newfstatat(int directory, UserPtr<const char> path, UserPtr<struct stat> to, std::uint32_t flags);
    Result<void> sys_fstat(int fd, UserPtr<struct stat> to);
    Result<void> sys_statx(int directory, UserPtr<const char> path, std::uint32_t flags, std::uint32_t mask, UserPtr<struct statx> to);
    Result<void> sys_statfs(UserPtr<const char> path, UserPtr<struct statfs> to);
    Result<void> sys_fstatfs(int fd, UserPtr<struct statfs> to);
    Result<void> sys_faccessat(int directory, UserPtr<const char> path, std::uint32_t mode);
    Result<void> sys_faccessat2(int directory, UserPtr<const char> path, std::uint32_t mode, std::uint32_t flags);
    Result<std::size_t> sys_readlinkat(int directory, UserPtr<const char> path, UserPtr<char> to, int size);

    Result<void> sys_mkdirat(int directory, UserPtr<const char> path, Mode mode);
    Result<void> sys_mknodat(int directory, UserPtr<const char> path, Mode mode, std::uint32_t device);
    Result<void> sys_unlinkat(int directory, UserPtr<const char> path, std::uint32_t flags);
    Result<void> sys_linkat(int from_directory, UserPtr<const char> from, int to_directory, UserPtr<const char> to, std::uint32_t flags);
    Result<void> sys_symlinkat(UserPtr<const char> target, int directory, UserPtr<const char> path);
    Result<void> sys_renameat(int from_directory, UserPtr<const char> from, int to_directory, UserPtr<const char> to);
    Result<void> sys_renameat2(int from_directory, UserPtr<const char> from, int to_directory, UserPtr<const char> to, std::uint32_t flags);

    Result<void> sys_fchmod(int fd, Mode mode);
    Result<void> sys_fchmodat(int directory, UserPtr<const char> path, Mode mode);
    Result<void> sys_fchown(int fd, task::Uid uid, task::Gid gid);
    Result<void> sys_fchownat(int directory, UserPtr<const char> path, task::Uid uid, task::Gid gid, std::uint32_t flags);
    Result<void> sys_utimensat(int directory, UserPtr<const char> path, UserPtr<KernelTimespec> times, std::uint32_t flags);
    Result<void> sys_truncate(UserPtr<const char> path, std::int64_t size);

    Result<void> sys_chdir(UserPtr<const char> path);
    Result<void> sys_fchdir(int fd);
    Result<std::size_t> sys_getcwd(UserPtr<char> to, std::size_t size);

private:
    Result<int> open(Base base, std::string_view path, std::uint32_t flags, Mode mode, Walk walk);
    Result<Path> path_at(int directory, UserPtr<const char> path, std::uint32_t flags, std::uint32_t follow);
    Result<void> change(int directory, UserPtr<const char> path, std::uint32_t flags, const AttributeChange& change);
    Result<void> change(int fd, const AttributeChange& change);
    Result<void> enter(const Path& directory);
};

}  // namespace phx::fs
