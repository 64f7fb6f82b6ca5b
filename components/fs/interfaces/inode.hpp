// Files as file systems keep them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <fs/interfaces/abi.hpp>
#include <sync/rw_lock.hpp>
#include <task/interfaces/credentials.hpp>

namespace phx::vm {
class PageCache;
}

namespace phx::fs {

class Dentry;
class File;
class FileLocks;  // of one file; components/fs/file_locks
class Path;
class Pipe;  // components/fs/pipes
class SuperBlock;

using Mode = std::uint32_t;     // S_IFMT and permissions, uapi linux/stat.h
using Device = std::uint64_t;   // major << 20 | minor, as Linux's dev_t within the kernel

[[nodiscard]] constexpr Device make_device(std::uint32_t major, std::uint32_t minor) { return Device{major} << 20 | minor; }
[[nodiscard]] constexpr std::uint32_t major_of(Device device) { return static_cast<std::uint32_t>(device >> 20); }
[[nodiscard]] constexpr std::uint32_t minor_of(Device device) { return static_cast<std::uint32_t>(device & 0xfffff); }

// What getdents64(2) says of a file's kind: a DT_*, which is S_IFMT's.
[[nodiscard]] constexpr std::uint8_t entry_type(Mode mode) { return static_cast<std::uint8_t>((mode & S_IFMT) >> 12); }

// What stat tells of a file, but for its number and kind.
struct Attributes {
    Mode mode = 0;  // whole, S_IFMT too
    std::uint32_t links = 1;
    task::Uid uid = 0;
    task::Gid gid = 0;
    Device device = 0;  // of a device node
    std::uint64_t size = 0;
    std::uint64_t blocks = 0;  // of 512 bytes
    Nanoseconds accessed;      // CLOCK_REALTIME
    Nanoseconds modified;
    Nanoseconds changed;
    Nanoseconds born;
};

// What is changed: fields whose bit is set.
struct AttributeChange {
    enum : std::uint32_t {
        mode_bit = 1,
        uid_bit = 2,
        gid_bit = 4,
        size_bit = 8,
        accessed_bit = 16,
        modified_bit = 32,
        owner_bit = uid_bit | gid_bit,
        now_bit = 64,  // both times are the present one: then who may write may set them
    };
    std::uint32_t which = 0;
    Mode mode = 0;
    task::Uid uid = 0;
    task::Gid gid = 0;
    std::uint64_t size = 0;
    Nanoseconds accessed;
    Nanoseconds modified;
};

// A new file's name is the caller's; what else it begins with is here.
struct NewNode {
    Mode mode = 0;  // S_IFMT and permissions, umask applied
    task::Uid uid = 0;
    task::Gid gid = 0;
    Device device = 0;
};

// A file of a file system, in memory. The VFS makes sure of permissions, of names (not empty, at most 255 bytes, no '/', not "." or ".."), and of
// kinds: lookup and what changes entries come to directories only. It holds the directory's `entries` lock: shared for lookup, else exclusive,
// two directories' in the order of their addresses but parents first. Thread context; may sleep.
class Inode : public RefCounted {
public:
    Inode(const Inode&) = delete;
    Inode& operator=(const Inode&) = delete;

    // Constant.
    [[nodiscard]] SuperBlock& super() const { return super_; }
    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] Mode kind() const { return kind_; }  // S_IFMT bits
    [[nodiscard]] bool is_directory() const { return kind_ == S_IFDIR; }
    [[nodiscard]] bool is_symlink() const { return kind_ == S_IFLNK; }
    [[nodiscard]] bool is_regular() const { return kind_ == S_IFREG; }

    // Any context but under what the file system itself calls others with.
    [[nodiscard]] virtual Attributes attributes() = 0;
    // Mode, owner and group, which every step of a path looks at: a copy that is the inode's to keep current.
    struct Access {
        Mode mode = 0;
        task::Uid uid = 0;
        task::Gid gid = 0;
    };
    [[nodiscard]] Access access() const {
        return {mode_.load(std::memory_order_relaxed), uid_.load(std::memory_order_relaxed), gid_.load(std::memory_order_relaxed)};
    }

    // The VFS has looked at permissions, and has `entries` exclusively; a size comes to regular files only.
    virtual Result<void> set_attributes(const AttributeChange&) { return Errno::perm; }

    // --- directories. What makes a name gives EEXIST if it is there already: the VFS does not always look first
    virtual Result<Ref<Inode>> lookup(std::string_view) { return Errno::noent; }
    virtual Result<Ref<Inode>> create(std::string_view, const NewNode&) { return Errno::perm; }  // regular, directory, device, FIFO, socket
    virtual Result<Ref<Inode>> symlink(std::string_view, std::string_view /*target*/, const NewNode&) { return Errno::perm; }
    virtual Result<void> link(std::string_view, Inode& /*existing*/) { return Errno::perm; }  // ENOENT: it has no name any more
    virtual Result<void> unlink(std::string_view, Inode&) { return Errno::perm; }
    virtual Result<void> rmdir(std::string_view, Inode&) { return Errno::perm; }  // ENOTEMPTY
    // `replaced` is what the new name names so far, or null; RENAME_EXCHANGE with `exchange`. The VFS has compared kinds and looked for loops.
    // ENOTEMPTY
    virtual Result<void> rename(std::string_view /*from*/, Inode& /*moved*/, Inode& /*to_directory*/, std::string_view /*to*/, Inode* /*replaced*/,
                                bool /*exchange*/) {
        return Errno::perm;
    }
    // O_TMPFILE; `linkable`: link() may give it a name.
    virtual Result<Ref<Inode>> create_unnamed(const NewNode&, bool /*linkable*/) { return Errno::opnotsupp; }

    // --- symbolic links. At most `size` bytes; the target's length, at most 4095. It does not change
    virtual Result<std::size_t> read_link(char* /*to*/, std::size_t /*size*/) { return Errno::inval; }
    // A link that leads somewhere without a name (/proc/self/fd/1): the path itself. ENOSYS: it has a target to be read.
    virtual Result<Path> follow(const task::Credentials&);

    // An open file of it; `flags` are O_*, checked; O_TRUNC has been done. Directories too. Device nodes and FIFOs are opened by the VFS.
    virtual Result<Ref<File>> open(std::uint32_t flags) = 0;

    // Pages of its contents; null: it has none, and cannot be mapped.
    [[nodiscard]] virtual vm::PageCache* pages() { return nullptr; }

    // --- extended attributes; `name` is whole ("user.mime"). The VFS has looked at permissions, and holds `entries`: exclusively to change.
    // get and list: with size 0 just the length; ERANGE: it does not fit
    virtual Result<std::size_t> get_attribute(std::string_view, void* /*to*/, std::size_t /*size*/) { return Errno::opnotsupp; }
    virtual Result<void> set_attribute(std::string_view, const void* /*from*/, std::size_t /*size*/, int /*flags*/) { return Errno::opnotsupp; }
    virtual Result<void> remove_attribute(std::string_view) { return Errno::opnotsupp; }
    virtual Result<std::size_t> list_attributes(char* /*to*/, std::size_t /*size*/) { return std::size_t{0}; }

    RwMutex entries{"directory"};  // of a directory: its names. Of others: who writes (pwrite against truncate)

    // Of the components that these belong to, while somebody has the file open.
    std::atomic<Pipe*> pipe{nullptr};
    std::atomic<FileLocks*> locks{nullptr};

    // What an open file does to it, which keeps others from the opposite: ETXTBSY (open(2), execve(2)).
    enum class Hold : std::uint8_t { none, writing, execution };
    // False: there are files that do the opposite.
    [[nodiscard]] bool begin(Hold hold) {
        const int step = step_of(hold);
        int held = holds_.load(std::memory_order_relaxed);
        do {
            if (held * step < 0) {
                return false;
            }
        } while (step != 0 && !holds_.compare_exchange_weak(held, held + step, std::memory_order_relaxed));
        return true;
    }
    void end(Hold hold) { holds_.fetch_sub(step_of(hold), std::memory_order_relaxed); }

    virtual void end() = 0;  // RefCounted

protected:
    Inode(SuperBlock& super, std::uint64_t number, Mode mode, task::Uid uid = 0, task::Gid gid = 0)
        : super_{super}, number_{number}, kind_{mode & S_IFMT}, mode_{mode}, uid_{uid}, gid_{gid} {}
    ~Inode() = default;

    void set_access(const Access& access) {
        mode_.store(access.mode, std::memory_order_relaxed);
        uid_.store(access.uid, std::memory_order_relaxed);
        gid_.store(access.gid, std::memory_order_relaxed);
    }

private:
    [[nodiscard]] static constexpr int step_of(Hold hold) { return hold == Hold::writing ? 1 : hold == Hold::execution ? -1 : 0; }

    std::atomic<int> holds_{0};  // files that write, or, below zero, that are executed
    SuperBlock& super_;
    const std::uint64_t number_;
    const Mode kind_;
    std::atomic<Mode> mode_;  // whole
    std::atomic<task::Uid> uid_;
    std::atomic<task::Gid> gid_;
};

// What statfs(2) tells.
struct FileSystemStats {
    std::uint64_t magic = 0;
    std::uint64_t block_size = k_page_size;
    std::uint64_t blocks = 0;
    std::uint64_t free_blocks = 0;
    std::uint64_t available_blocks = 0;
    std::uint64_t files = 0;
    std::uint64_t free_files = 0;
    std::uint64_t name_length = 255;
};

// One mounted (or mountable) file system.
class SuperBlock : public RefCounted {
public:
    [[nodiscard]] virtual Ref<Inode> root() = 0;
    [[nodiscard]] virtual FileSystemStats stats() = 0;
    virtual Result<void> sync() { return {}; }
    [[nodiscard]] virtual std::string_view type() const = 0;  // as in /proc/mounts
    [[nodiscard]] Device device() const { return device_; }   // st_dev: anonymous ones have major 0
    // Mount options as /proc/mounts shows them beyond rw and the flags, e.g. ",size=1024k"; at most `size` bytes.
    virtual std::size_t options(char*, std::size_t) { return 0; }
    // mount(2) with MS_REMOUNT: new options. EINVAL
    virtual Result<void> reconfigure(std::string_view /*options*/) { return {}; }
    // False: names come and go by themselves (procfs), so each walk asks for them anew.
    [[nodiscard]] virtual bool keeps_names() const { return true; }

    virtual void end() = 0;  // RefCounted

protected:
    explicit SuperBlock(Device device) : device_{device} {}
    ~SuperBlock() = default;

private:
    friend class VirtualFiles;  // the provider of Vfs
    const Device device_;
    Dentry* root_dentry_ = nullptr;  // a reference; guarded by the provider's lock
    std::uint32_t mounts_ = 0;       // the same
};

// For file systems without a device: a st_dev of its own. Any context.
[[nodiscard]] Device next_anonymous_device();

// A kind of file system, a component: the VFS's `types` port takes all that the graph holds. mount(2) finds it by its name.
class FileSystem {
public:
    [[nodiscard]] virtual std::string_view name() const = 0;
    // As /proc/filesystems tells: false is "nodev".
    [[nodiscard]] virtual bool needs_device() const { return false; }
    // `source` and `options` as mount(2) has them. The same super block again where there is only one (procfs). EINVAL: an option is wrong.
    virtual Result<Ref<SuperBlock>> mount(std::string_view source, std::string_view options) = 0;

protected:
    ~FileSystem() = default;
};

}  // namespace phx::fs
