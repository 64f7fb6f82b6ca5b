// read(2), write(2), pread(2), pwrite(2), lseek(2).
#include <fs/file_calls/file_calls.hpp>
#include <fs/file_calls/moving.hpp>
#include <linux/capability.h>

namespace phx::fs {
namespace {

// A file may grow up to RLIMIT_FSIZE (setrlimit(2)); who tries to write beyond gets a signal.
[[gnu::cold]] Result<void> limit_size(File& file, std::uint64_t offset, std::size_t& size, std::uint64_t limit) {
    if ((file.flags() & O_APPEND) != 0) {
        offset = file.inode().attributes().size;
    }
    if (offset >= limit) {
        if (auto* signals = ports::file_calls::signals()) {
            task::SignalInfo info{};
            info.si_signo = SIGXFSZ;
            info.si_code = SI_KERNEL;
            [[maybe_unused]] const Result<void> sent = signals->send_thread(task::current_user(), info);
        }
        return Errno::fbig;
    }
    size = std::min(size, limit - offset);
    return {};
}

// Who writes to a program that acts as its owner takes that away from it, unless he may set it himself (file(2), "S_ISUID").
[[gnu::cold]] Result<void> drop_set_ids(File& file, Mode mode) {
    const task::Credentials& who = *task::current_user().credentials.load(std::memory_order_relaxed);
    Mode wanted = mode & ~Mode{S_ISUID};
    if ((mode & S_IXGRP) != 0) {
        wanted &= ~Mode{S_ISGID};
    }
    if (wanted == mode || who.has(CAP_FSETID)) {
        return {};
    }
    AttributeChange change;
    change.which = AttributeChange::mode_bit;
    change.mode = wanted;
    const WriteGuard guard{file.inode().entries};
    return file.inode().set_attributes(change);
}

}  // namespace

Result<void> prepare_write(File& file, std::uint64_t offset, std::size_t& size) {
    const std::uint64_t limit = task::current_process().limits[RLIMIT_FSIZE].soft;
    if (limit != ~std::uint64_t{0}) [[unlikely]] {
        TRY(limit_size(file, offset, size, limit));
    }
    const Mode mode = file.inode().access().mode;
    if ((mode & (S_ISUID | S_ISGID)) != 0) [[unlikely]] {
        TRY(drop_set_ids(file, mode));
    }
    return {};
}

Result<std::size_t> FileCalls::sys_read(int fd, UserPtr<void> to, std::size_t size) {
    const HeldFile file = readable_file(fd);
    if (!file) {
        return Errno::badf;
    }
    return at_position(file, [&](std::uint64_t& position) {
        Transfer transfer{to.address(), std::min(size, k_most_moved)};
        return file->read(transfer, position);
    });
}

Result<std::size_t> FileCalls::sys_write(int fd, UserPtr<const char> from, std::size_t size) {
    const HeldFile file = writable_file(fd);
    if (!file) {
        return Errno::badf;
    }
    return at_position(file, [&](std::uint64_t& position) { return write_at(*file, from.address(), std::min(size, k_most_moved), position); });
}

Result<std::size_t> FileCalls::sys_pread64(int fd, UserPtr<void> to, std::size_t size, std::int64_t offset) {
    if (offset < 0) {
        return Errno::inval;
    }
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (!file->seekable()) {
        return Errno::spipe;
    }
    if (!file->readable()) {
        return Errno::badf;
    }
    Transfer transfer{to.address(), std::min(size, k_most_moved)};
    return file->read(transfer, static_cast<std::uint64_t>(offset));
}

Result<std::size_t> FileCalls::sys_pwrite64(int fd, UserPtr<const char> from, std::size_t size, std::int64_t offset) {
    if (offset < 0) {
        return Errno::inval;
    }
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (!file->seekable()) {
        return Errno::spipe;
    }
    if (!file->writable()) {
        return Errno::badf;
    }
    auto at = static_cast<std::uint64_t>(offset);
    return write_at(*file, from.address(), std::min(size, k_most_moved), at);
}

Result<std::int64_t> FileCalls::sys_lseek(int fd, std::int64_t offset, int whence) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (whence < SEEK_SET || whence > SEEK_MAX) {
        return Errno::inval;
    }
    if (!file->seekable()) {
        return Errno::spipe;
    }
    const MutexGuard guard{file->position_lock};
    file->position = TRY(file->seek(offset, whence));
    return static_cast<std::int64_t>(file->position);
}

}  // namespace phx::fs
