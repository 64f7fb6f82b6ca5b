// fallocate(2), ftruncate(2), fsync(2), sync(2), posix_fadvise(2).
#include <fs/file_calls/file_calls.hpp>
#include <fs/file_calls/moving.hpp>
#include <linux/fadvise.h>
#include <linux/falloc.h>

namespace phx::fs {

Result<void> FileCalls::sys_fallocate(int fd, int mode, std::int64_t offset, std::int64_t size) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (offset < 0 || size <= 0) {
        return Errno::inval;
    }
    if ((mode & FALLOC_FL_PUNCH_HOLE) != 0 && (mode & FALLOC_FL_KEEP_SIZE) == 0) {
        return Errno::opnotsupp;
    }
    if (!file->writable()) {
        return Errno::badf;
    }
    switch (file->inode().kind()) {
        case S_IFIFO: return Errno::spipe;
        case S_IFDIR: return Errno::isdir;
        case S_IFREG: break;
        default: return Errno::nodev;
    }
    std::int64_t end = 0;
    if (__builtin_add_overflow(offset, size, &end)) {
        return Errno::fbig;
    }
    std::size_t count = static_cast<std::size_t>(size);
    TRY(prepare_write(*file, static_cast<std::uint64_t>(offset), count));
    if (count < static_cast<std::size_t>(size) && (mode & FALLOC_FL_KEEP_SIZE) == 0) {
        return Errno::fbig;
    }
    return file->allocate(mode, static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(size));
}

Result<void> FileCalls::sys_ftruncate(int fd, std::int64_t size) {
    if (size < 0) {
        return Errno::inval;
    }
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (!file->inode().is_regular() || !file->writable()) {
        return Errno::inval;
    }
    std::size_t one = 1;
    if (size > 0) {
        TRY(prepare_write(*file, static_cast<std::uint64_t>(size) - 1, one));
    }
    AttributeChange change;
    change.which = AttributeChange::size_bit;
    change.size = static_cast<std::uint64_t>(size);
    const WriteGuard guard{file->inode().entries};
    return file->inode().set_attributes(change);
}

Result<void> FileCalls::sys_fsync(int fd) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    return file ? file->sync(false) : Result<void>{Errno::badf};
}

Result<void> FileCalls::sys_fdatasync(int fd) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    return file ? file->sync(true) : Result<void>{Errno::badf};
}

Result<void> FileCalls::sys_sync() {
    ports::file_calls::vfs().sync();
    return {};
}

Result<void> FileCalls::sys_syncfs(int fd) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    return file ? file->inode().super().sync() : Result<void>{Errno::badf};
}

Result<void> FileCalls::sys_sync_file_range(int fd, std::int64_t offset, std::int64_t size, std::uint32_t flags) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    constexpr std::uint32_t known = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    std::int64_t end = 0;
    if ((flags & ~known) != 0 || offset < 0 || size < 0 || __builtin_add_overflow(offset, size, &end)) {
        return Errno::inval;
    }
    if (file->inode().kind() != S_IFREG && file->inode().kind() != S_IFBLK && file->inode().kind() != S_IFDIR) {
        return Errno::spipe;
    }
    return (flags & SYNC_FILE_RANGE_WAIT_AFTER) != 0 ? file->sync(true) : Result<void>{};
}

// Advice that nobody needs here: all is in memory.
Result<void> FileCalls::sys_fadvise64(int fd, std::int64_t, std::int64_t size, int advice) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (file->inode().kind() == S_IFIFO) {
        return Errno::spipe;
    }
    return size < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE ? Result<void>{Errno::inval} : Result<void>{};
}

Result<void> FileCalls::sys_readahead(int fd, std::int64_t, std::size_t) {
    const HeldFile file = readable_file(fd);
    if (!file) {
        return Errno::badf;
    }
    return file->inode().is_regular() || file->inode().kind() == S_IFBLK ? Result<void>{} : Result<void>{Errno::inval};
}

}  // namespace phx::fs
