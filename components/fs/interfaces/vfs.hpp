// The tree of names. System calls on files are components of their own (fs/*_calls); this is what they are made of, and for the kernel's own use.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include <base/result.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/interfaces/path.hpp>

namespace phx::fs {

// How a path is walked.
struct Walk {
    enum : std::uint32_t {
        follow_last = 1,        // the last component's symbolic link
        must_be_directory = 2,
        no_links = 4,           // RESOLVE_NO_SYMLINKS: ELOOP
        empty_is_base = 8,      // AT_EMPTY_PATH
        beneath = 16,           // RESOLVE_BENEATH: EXDEV
        in_root = 32,           // RESOLVE_IN_ROOT: `base` is the root
        no_crossing = 64,       // RESOLVE_NO_XDEV: EXDEV
        no_magic_links = 128,   // RESOLVE_NO_MAGICLINKS: ELOOP
        cached_only = 256,      // RESOLVE_CACHED: EAGAIN
        real_ids = 512,         // access(2): as the real user, not the effective one
    };
    std::uint32_t flags = follow_last;
};

// With open_path's flags: to run the program: X_OK is asked for, not R_OK, of a regular file on a mount without MS_NOEXEC.
inline constexpr std::uint32_t k_open_to_execute = 0x80000000;

// With may's mask: as the real user, as access(2) asks.
inline constexpr Mode k_as_real_user = 0x100;

// Where a relative path begins: a directory, or none for the working directory. What it points to outlives the call.
using Base = const Path*;

struct MountInfo {
    const Mount& mount;
    std::int32_t parent;         // its id
    std::string_view root;       // within its file system
    std::string_view place;      // from the asker's root
    std::string_view source;
};
class MountVisitor {
public:
    // The list of mounts is locked: no mounting. False: enough.
    virtual bool mount(const MountInfo& info) = 0;

protected:
    ~MountVisitor() = default;
};

class FileSystemVisitor {
public:
    virtual void file_system(const FileSystem& type) = 0;

protected:
    ~FileSystemVisitor() = default;
};

// Thread context; may sleep; as the running thread, with its root, its working directory and its credentials; a thread of the kernel's acts as
// root at the root, with umask 0. Paths are at most 4095 bytes (ENAMETOOLONG), without zeros. The errors are those of the calls named.
//   resolve(base, path, walk)    path_resolution(7). ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG
//   open(base, path, flags, mode, walk)  openat2(2)
//   open_path(path, flags)       of what was resolved
//   make(base, path, mode, device)  mkdir(2), mknod(2); without the umask's bits
//   symlink(target, base, path), link(existing, base, path), remove(base, path, flags), rename(base, path, base, path, flags)
//   set_attributes(path, change) chmod(2), chown(2), utimensat(2), truncate(2): what is in `change`, after a look at permissions
//   may(path, mask)              R_OK, W_OK, X_OK of it, as access(2) of the effective user
//   mount(source, target, type, flags, options)  mount(2) with MS_* flags; remount, bind, move too
//   unmount(path, flags), pivot_root(root, put_old)
//   name_of(path, to)            as getcwd(2) gives it, from the running thread's root, "(unreachable)" before it otherwise; written at the
//                                end of `to`. ENAMETOOLONG
//   is_reachable(path)           it is in the tree: not removed
//   path_of(file)                its path, or one made for what has no name
//   root()                       of the first mount
//   visit_mounts(visitor), visit_types(visitor)
//   sync()                       all file systems
//   end(dentry), end(mount)      their last reference is gone
template <class T>
concept Vfs = requires(T& vfs, const Path& path, Base base, std::string_view text, Walk walk, std::uint32_t flags, Mode mode, Device device,
                       const AttributeChange& change, std::span<char> to, File& file, MountVisitor& mounts, FileSystemVisitor& types,
                       Dentry& dentry, Mount& mount) {
    { vfs.resolve(base, text, walk) } -> std::same_as<Result<Path>>;
    { vfs.open(base, text, flags, mode, walk) } -> std::same_as<Result<Ref<File>>>;
    { vfs.open_path(path, flags) } -> std::same_as<Result<Ref<File>>>;
    { vfs.make(base, text, mode, device) } -> std::same_as<Result<void>>;
    { vfs.symlink(text, base, text) } -> std::same_as<Result<void>>;
    { vfs.link(path, base, text) } -> std::same_as<Result<void>>;
    { vfs.remove(base, text, flags) } -> std::same_as<Result<void>>;
    { vfs.rename(base, text, base, text, flags) } -> std::same_as<Result<void>>;
    { vfs.set_attributes(path, change) } -> std::same_as<Result<void>>;
    { vfs.may(path, mode) } -> std::same_as<Result<void>>;
    { vfs.mount(text, path, text, flags, text) } -> std::same_as<Result<void>>;
    { vfs.unmount(path, flags) } -> std::same_as<Result<void>>;
    { vfs.pivot_root(path, path) } -> std::same_as<Result<void>>;
    { vfs.name_of(path, to) } -> std::same_as<Result<std::string_view>>;
    { vfs.is_reachable(path) } -> std::same_as<bool>;
    { vfs.path_of(file) } -> std::same_as<Result<Path>>;
    { vfs.root() } -> std::same_as<Path>;
    { vfs.visit_mounts(mounts) } -> std::same_as<void>;
    { vfs.visit_types(types) } -> std::same_as<void>;
    { vfs.sync() } -> std::same_as<void>;
    { vfs.end(dentry) } -> std::same_as<void>;
    { vfs.end(mount) } -> std::same_as<void>;
};

}  // namespace phx::fs
