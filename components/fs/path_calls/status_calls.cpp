// stat(2), statx(2), statfs(2), access(2), readlink(2).
#include <algorithm>

#include <asm/stat.h>
#include <asm/statfs.h>
#include <fs/file_objects/user_path.hpp>
#include <fs/path_calls/path_calls.hpp>
#include <fs/path_calls/start.hpp>
#include <linux/limits.h>
#include <memory/interfaces/context.hpp>

namespace phx::fs {
namespace {

constexpr std::int64_t k_second = 1'000'000'000;
constexpr std::uint32_t k_block_size = k_page_size;

// As programs see a device number (makedev(3)).
[[nodiscard]] constexpr std::uint32_t encode(Device device) {
    const std::uint32_t minor = minor_of(device);
    return (minor & 0xff) | major_of(device) << 8 | (minor & ~std::uint32_t{0xff}) << 12;
}

// Whole seconds, and what is left, never negative.
struct SplitTime {
    std::int64_t seconds;
    std::uint32_t nanoseconds;
};
[[nodiscard]] SplitTime split(Nanoseconds time) {
    const std::int64_t count = time.count();
    std::int64_t seconds = count / k_second;
    std::int64_t rest = count % k_second;
    if (rest < 0) [[unlikely]] {
        rest += k_second;
        --seconds;
    }
    return {seconds, static_cast<std::uint32_t>(rest)};
}

Result<void> tell(Inode& inode, UserPtr<struct stat> to) {
    const Attributes attributes = inode.attributes();
    struct stat told{};
    told.st_dev = encode(inode.super().device());
    told.st_ino = inode.number();
    told.st_mode = attributes.mode;
    told.st_nlink = attributes.links;
    told.st_uid = attributes.uid;
    told.st_gid = attributes.gid;
    told.st_rdev = encode(attributes.device);
    told.st_size = static_cast<decltype(told.st_size)>(attributes.size);
    told.st_blksize = k_block_size;
    told.st_blocks = static_cast<decltype(told.st_blocks)>(attributes.blocks);
    const SplitTime accessed = split(attributes.accessed);
    const SplitTime modified = split(attributes.modified);
    const SplitTime changed = split(attributes.changed);
    told.st_atime = static_cast<decltype(told.st_atime)>(accessed.seconds);
    told.st_atime_nsec = accessed.nanoseconds;
    told.st_mtime = static_cast<decltype(told.st_mtime)>(modified.seconds);
    told.st_mtime_nsec = modified.nanoseconds;
    told.st_ctime = static_cast<decltype(told.st_ctime)>(changed.seconds);
    told.st_ctime_nsec = changed.nanoseconds;
    return vm::write(to, told);
}

void set_time(struct statx_timestamp& to, Nanoseconds time) {
    const SplitTime parts = split(time);
    to.tv_sec = parts.seconds;
    to.tv_nsec = parts.nanoseconds;
}

Result<void> tell(const Path& path, Inode& inode, UserPtr<struct statx> to) {
    const Attributes attributes = inode.attributes();
    struct statx told{};
    told.stx_mask = STATX_BASIC_STATS | STATX_BTIME;
    told.stx_blksize = k_block_size;
    told.stx_nlink = attributes.links;
    told.stx_uid = attributes.uid;
    told.stx_gid = attributes.gid;
    told.stx_mode = static_cast<std::uint16_t>(attributes.mode);
    told.stx_ino = inode.number();
    told.stx_size = attributes.size;
    told.stx_blocks = attributes.blocks;
    set_time(told.stx_atime, attributes.accessed);
    set_time(told.stx_btime, attributes.born);
    set_time(told.stx_ctime, attributes.changed);
    set_time(told.stx_mtime, attributes.modified);
    told.stx_rdev_major = major_of(attributes.device);
    told.stx_rdev_minor = minor_of(attributes.device);
    told.stx_dev_major = major_of(inode.super().device());
    told.stx_dev_minor = minor_of(inode.super().device());
    told.stx_attributes_mask = STATX_ATTR_MOUNT_ROOT;
    if (path.mount() != nullptr) {
        told.stx_mask |= STATX_MNT_ID;
        told.stx_mnt_id = static_cast<std::uint64_t>(path.mount()->id());
        if (path.mount()->root_ == path.dentry()) {
            told.stx_attributes = STATX_ATTR_MOUNT_ROOT;
        }
    }
    return vm::write(to, told);
}

// statfs(2), f_flags: uapi has no names for these; the C library's ST_* are the same as MS_* but for two.
[[nodiscard]] std::uint64_t status_flags(const Mount* mount) {
    constexpr std::uint64_t valid = 0x20;
    constexpr std::uint64_t no_access_time = 0x400;
    constexpr std::uint64_t no_directory_access_time = 0x800;
    constexpr std::uint64_t relative_access_time = 0x1000;
    const std::uint32_t flags = mount != nullptr ? mount->flags() : 0;
    std::uint64_t told = valid | (flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC));
    told |= (flags & MS_NOATIME) != 0 ? no_access_time : 0;
    told |= (flags & MS_NODIRATIME) != 0 ? no_directory_access_time : 0;
    told |= (flags & MS_RELATIME) != 0 ? relative_access_time : 0;
    return told;
}

Result<void> tell(SuperBlock& super, const Mount* mount, UserPtr<struct statfs> to) {
    const FileSystemStats stats = super.stats();
    struct statfs told{};
    told.f_type = static_cast<decltype(told.f_type)>(stats.magic);
    told.f_bsize = static_cast<decltype(told.f_bsize)>(stats.block_size);
    told.f_blocks = stats.blocks;
    told.f_bfree = stats.free_blocks;
    told.f_bavail = stats.available_blocks;
    told.f_files = stats.files;
    told.f_ffree = stats.free_files;
    told.f_fsid.val[0] = static_cast<int>(encode(super.device()));
    told.f_namelen = static_cast<decltype(told.f_namelen)>(stats.name_length);
    told.f_frsize = told.f_bsize;
    told.f_flags = static_cast<decltype(told.f_flags)>(status_flags(mount));
    return vm::write(to, told);
}

}  // namespace

// `flags`: AT_EMPTY_PATH is obeyed; `follow`: Walk::follow_last, or 0.
Result<Path> PathCalls::path_at(int directory, UserPtr<const char> path, std::uint32_t flags, std::uint32_t follow) {
    UserPath text;
    const std::string_view name = TRY(text.read(path));
    Start start;
    const Base base = TRY(start.at(directory, name));
    return ports::path_calls::vfs().resolve(base, name, {follow | ((flags & AT_EMPTY_PATH) != 0 ? Walk::empty_is_base : 0U)});
}

Result<void> PathCalls::sys_fstat(int fd, UserPtr<struct stat> to) {
    const HeldFile file = ports::path_calls::descriptors().get_any(fd);
    if (!file) {
        return Errno::badf;
    }
    return tell(file->inode(), to);
}

Result<void> PathCalls::sys_newfstatat(int directory, UserPtr<const char> path, UserPtr<struct stat> to, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE}) != 0) {
        return Errno::inval;
    }
    UserPath text;
    const std::string_view name = TRY(text.read(path));
    if (name.empty() && (flags & AT_EMPTY_PATH) != 0 && directory != AT_FDCWD) {
        return sys_fstat(directory, to);  // what the C library makes of fstat(3)
    }
    Start start;
    const Base base = TRY(start.at(directory, name));
    const Walk walk{((flags & AT_SYMLINK_NOFOLLOW) == 0 ? Walk::follow_last : 0U) | ((flags & AT_EMPTY_PATH) != 0 ? Walk::empty_is_base : 0U)};
    const Path found = TRY(ports::path_calls::vfs().resolve(base, name, walk));
    return tell(found.inode(), to);
}

Result<void> PathCalls::sys_statx(int directory, UserPtr<const char> path, std::uint32_t flags, std::uint32_t mask, UserPtr<struct statx> to) {
    if ((mask & STATX__RESERVED) != 0 || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
        (flags & ~std::uint32_t{AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE}) != 0) {
        return Errno::inval;
    }
    const Path found = TRY(path_at(directory, path, flags, (flags & AT_SYMLINK_NOFOLLOW) == 0 ? Walk::follow_last : 0));
    return tell(found, found.inode(), to);
}

Result<void> PathCalls::sys_statfs(UserPtr<const char> path, UserPtr<struct statfs> to) {
    const Path found = TRY(path_at(AT_FDCWD, path, 0, Walk::follow_last));
    return tell(found.inode().super(), found.mount(), to);
}

Result<void> PathCalls::sys_fstatfs(int fd, UserPtr<struct statfs> to) {
    const HeldFile file = ports::path_calls::descriptors().get_any(fd);
    if (!file) {
        return Errno::badf;
    }
    return tell(file->inode().super(), file->path().mount(), to);
}

Result<void> PathCalls::sys_faccessat(int directory, UserPtr<const char> path, std::uint32_t mode) {
    return sys_faccessat2(directory, path, mode, 0);
}

Result<void> PathCalls::sys_faccessat2(int directory, UserPtr<const char> path, std::uint32_t mode, std::uint32_t flags) {
    if ((mode & ~7U) != 0 || (flags & ~std::uint32_t{AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH}) != 0) {
        return Errno::inval;
    }
    const bool real = (flags & AT_EACCESS) == 0;
    const Path found = TRY(
        path_at(directory, path, flags, ((flags & AT_SYMLINK_NOFOLLOW) == 0 ? Walk::follow_last : 0U) | (real ? Walk::real_ids : 0U)));
    return mode == 0 ? Result<void>{} : ports::path_calls::vfs().may(found, mode | (real ? k_as_real_user : 0));
}

Result<std::size_t> PathCalls::sys_readlinkat(int directory, UserPtr<const char> path, UserPtr<char> to, int size) {
    if (size <= 0) {
        return Errno::inval;
    }
    Path found;
    {
        UserPath text;
        const std::string_view name = TRY(text.read(path));
        Start start;
        const Base base = TRY(start.at(directory, name));
        found = TRY(ports::path_calls::vfs().resolve(base, name, {Walk::empty_is_base}));
        if (!found.inode().is_symlink()) {
            return name.empty() ? Errno::noent : Errno::inval;
        }
    }
    std::array<char, 256> buffer;
    const Result<std::size_t> short_one = found.inode().read_link(buffer.data(), buffer.size());
    if (!short_one && short_one.error() != Errno::nametoolong) {  // the name of a place (/proc/self/cwd) is told whole, or not at all
        return short_one.error();
    }
    const std::size_t whole = short_one ? *short_one : PATH_MAX;
    const std::size_t wanted = std::min(whole, static_cast<std::size_t>(size));
    if (wanted <= buffer.size()) {
        TRY(vm::copy_out(to.address(), buffer.data(), wanted));
        return wanted;
    }
    auto& heap = ports::path_calls::heap();
    void* const room = TRY(memory::allocate(heap, PATH_MAX, 1, memory::MaySleep{}));
    Result<std::size_t> told = found.inode().read_link(static_cast<char*>(room), PATH_MAX);
    if (told) {
        const std::size_t count = std::min(*told, wanted);
        const Result<void> copied = vm::copy_out(to.address(), room, count);
        told = copied ? Result<std::size_t>{count} : Result<std::size_t>{copied.error()};
    }
    heap.free(room, PATH_MAX);
    return told;
}

}  // namespace phx::fs
