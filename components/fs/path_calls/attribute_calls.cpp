// chmod(2), chown(2), utimensat(2), truncate(2).
#include <algorithm>

#include <asm/resource.h>
#include <fs/file_objects/user_path.hpp>
#include <fs/path_calls/path_calls.hpp>
#include <fs/path_calls/start.hpp>
#include <linux/time_types.h>
#include <task/interfaces/process.hpp>

namespace phx::fs {

struct KernelTimespec : __kernel_timespec {};

namespace {

constexpr std::int64_t k_second = 1'000'000'000;
// uapi leaves them to the C library (utimensat(2)).
constexpr std::int64_t k_utime_now = (1 << 30) - 1;
constexpr std::int64_t k_utime_omit = (1 << 30) - 2;

[[nodiscard]] AttributeChange owner_change(task::Uid uid, task::Gid gid) {
    AttributeChange change;
    if (uid != ~task::Uid{0}) {
        change.which |= AttributeChange::uid_bit;
        change.uid = uid;
    }
    if (gid != ~task::Gid{0}) {
        change.which |= AttributeChange::gid_bit;
        change.gid = gid;
    }
    return change;
}

[[nodiscard]] AttributeChange mode_change(Mode mode) {
    AttributeChange change;
    change.which = AttributeChange::mode_bit;
    change.mode = mode & 07777;
    return change;
}

[[nodiscard]] Nanoseconds now() {
    auto* const clocks = ports::path_calls::clocks();
    return clocks != nullptr ? clocks->realtime() : Nanoseconds{};
}

// As near as a 64-bit count of nanoseconds comes to it.
[[nodiscard]] Nanoseconds to_time(const __kernel_timespec& time) {
    constexpr std::int64_t most = INT64_MAX / k_second - 1;
    return Nanoseconds{std::clamp<std::int64_t>(time.tv_sec, -most, most) * k_second + time.tv_nsec};
}

[[nodiscard]] bool is_valid(const __kernel_timespec& time) {
    return time.tv_nsec == k_utime_now || time.tv_nsec == k_utime_omit || (time.tv_nsec >= 0 && time.tv_nsec < k_second);
}

}  // namespace

Result<void> PathCalls::change(int directory, UserPtr<const char> path, std::uint32_t flags, const AttributeChange& change) {
    const Path found = TRY(path_at(directory, path, flags, (flags & AT_SYMLINK_NOFOLLOW) == 0 ? Walk::follow_last : 0));
    return ports::path_calls::vfs().set_attributes(found, change);
}

Result<void> PathCalls::change(int fd, const AttributeChange& change) {
    const HeldFile file = ports::path_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (!file->path()) {
        return ports::path_calls::vfs().set_attributes(TRY(ports::path_calls::vfs().path_of(*file)), change);
    }
    return ports::path_calls::vfs().set_attributes(file->path(), change);
}

Result<void> PathCalls::sys_fchmod(int fd, Mode mode) {
    return change(fd, mode_change(mode));
}

Result<void> PathCalls::sys_fchmodat(int directory, UserPtr<const char> path, Mode mode) {
    return change(directory, path, 0, mode_change(mode));
}

Result<void> PathCalls::sys_fchown(int fd, task::Uid uid, task::Gid gid) {
    return change(fd, owner_change(uid, gid));
}

Result<void> PathCalls::sys_fchownat(int directory, UserPtr<const char> path, task::Uid uid, task::Gid gid, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH}) != 0) {
        return Errno::inval;
    }
    return change(directory, path, flags, owner_change(uid, gid));
}

Result<void> PathCalls::sys_utimensat(int directory, UserPtr<const char> path, UserPtr<KernelTimespec> times, std::uint32_t flags) {
    AttributeChange wanted;
    wanted.which = AttributeChange::accessed_bit | AttributeChange::modified_bit | AttributeChange::now_bit;
    if (!times.is_null()) {
        const __kernel_timespec accessed = TRY(vm::read(times));
        const __kernel_timespec modified = TRY(vm::read(times + 1));
        if (!is_valid(accessed) || !is_valid(modified)) {
            return Errno::inval;
        }
        if (accessed.tv_nsec == k_utime_omit && modified.tv_nsec == k_utime_omit) {
            return {};
        }
        if (accessed.tv_nsec != k_utime_now || modified.tv_nsec != k_utime_now) {
            wanted.which &= ~std::uint32_t{AttributeChange::now_bit};
        }
        if (accessed.tv_nsec == k_utime_omit) {
            wanted.which &= ~std::uint32_t{AttributeChange::accessed_bit};
        }
        if (modified.tv_nsec == k_utime_omit) {
            wanted.which &= ~std::uint32_t{AttributeChange::modified_bit};
        }
        const Nanoseconds present = now();
        wanted.accessed = accessed.tv_nsec == k_utime_now ? present : to_time(accessed);
        wanted.modified = modified.tv_nsec == k_utime_now ? present : to_time(modified);
    } else {
        wanted.accessed = wanted.modified = now();
    }
    if ((flags & ~std::uint32_t{AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH}) != 0) {
        return Errno::inval;
    }
    if (path.is_null() && directory != AT_FDCWD) {
        return flags != 0 ? Result<void>{Errno::inval} : change(directory, wanted);
    }
    return change(directory, path, flags, wanted);
}

Result<void> PathCalls::sys_truncate(UserPtr<const char> path, std::int64_t size) {
    if (size < 0) {
        return Errno::inval;
    }
    const Path found = TRY(path_at(AT_FDCWD, path, 0, Walk::follow_last));
    Inode& inode = found.inode();
    if (inode.is_directory()) {
        return Errno::isdir;
    }
    if (!inode.is_regular()) {
        return Errno::inval;
    }
    auto& vfs = ports::path_calls::vfs();
    TRY(vfs.may(found, 2));
    if (static_cast<std::uint64_t>(size) > task::current_process().limits[RLIMIT_FSIZE].soft) {
        return Errno::fbig;
    }
    AttributeChange change;
    change.which = AttributeChange::size_bit;
    change.size = static_cast<std::uint64_t>(size);
    if (!inode.begin(Inode::Hold::writing)) {
        return Errno::txtbsy;
    }
    const Result<void> done = vfs.set_attributes(found, change);
    inode.end(Inode::Hold::writing);
    return done;
}

}  // namespace phx::fs
