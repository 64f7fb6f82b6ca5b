// System calls on open files.
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/interfaces/descriptors.hpp>
#include <fs/interfaces/vfs.hpp>

struct iovec;

namespace phx::fs {

class FileCalls {
public:
    constexpr FileCalls() = default;

    Result<std::size_t> sys_read(int fd, UserPtr<void> to, std::size_t size);
    Result<std::size_t> sys_write(int fd, UserPtr<const char> from, std::size_t size);
    Result<std::size_t> sys_pread64(int fd, UserPtr<void> to, std::size_t size, std::int64_t offset);
    Result<std::size_t> sys_pwrite64(int fd, UserPtr<const char> from, std::size_t size, std::int64_t offset);
    Result<std::size_t> sys_readv(int fd, UserPtr<const iovec> vectors, std::uint64_t count);
    Result<std::size_t> sys_writev(int fd, UserPtr<const iovec> vectors, std::uint64_t count);
    Result<std::size_t> sys_preadv(int fd, UserPtr<const iovec> vectors, std::uint64_t count, std::int64_t offset);
    Result<std::size_t> sys_pwritev(int fd, UserPtr<const iovec> vectors, std::uint64_t count, std::int64_t offset);
    Result<std::size_t> sys_preadv2(int fd, UserPtr<const iovec> vectors, std::uint64_t count, std::int64_t offset, std::uint64_t high,
                                    std::uint32_t flags);
    Result<std::size_t> sys_pwritev2(int fd, UserPtr<const iovec> vectors, std::uint64_t count, std::int64_t offset, std::uint64_t high,
                                     std::uint32_t flags);
    Result<std::int64_t> sys_lseek(int fd, std::int64_t offset, int whence);
    Result<std::size_t> sys_getdents64(int fd, UserPtr<void> to, std::uint32_t size);

    Result<std::size_t> sys_sendfile(int to, int from, UserPtr<std::int64_t> offset, std::size_t size);
    Result<std::size_t> sys_copy_file_range(int from, UserPtr<std::int64_t> from_offset, int to, UserPtr<std::int64_t> to_offset, std::size_t size,
                                            std::uint32_t flags);

    Result<void> sys_fallocate(int fd, int mode, std::int64_t offset, std::int64_t size);
    Result<void> sys_ftruncate(int fd, std::int64_t size);
    Result<void> sys_fsync(int fd);
    Result<void> sys_fdatasync(int fd);
    Result<void> sys_sync();
    Result<void> sys_syncfs(int fd);
    Result<void> sys_sync_file_range(int fd, std::int64_t offset, std::int64_t size, std::uint32_t flags);
    Result<void> sys_fadvise64(int fd, std::int64_t offset, std::int64_t size, int advice);
    Result<void> sys_readahead(int fd, std::int64_t offset, std::size_t size);

    Result<std::int64_t> sys_ioctl(int fd, std::uint32_t request, std::uint64_t argument);
    Result<void> sys_flock(int fd, std::uint32_t operation);
};

}  // namespace phx::fs
