// File descriptors, and where paths begin: what processes keep of files.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/interfaces/path.hpp>

namespace phx::fs {

class FdTable;    // the provider's
class FsContext;  // root, working directory, umask; the provider's

// A descriptor's file, for the time of a call. It has a reference only where somebody else could close the descriptor meanwhile.
class [[nodiscard]] HeldFile {
public:
    constexpr HeldFile() = default;
    [[nodiscard]] static HeldFile borrowed(File* file) { return HeldFile{file, false}; }
    [[nodiscard]] static HeldFile owned(File* file) { return HeldFile{file, true}; }
    HeldFile(HeldFile&& other) noexcept : file_{std::exchange(other.file_, nullptr)}, owned_{other.owned_} {}
    HeldFile& operator=(HeldFile&&) = delete;
    ~HeldFile() {
        if (owned_ && file_ != nullptr && file_->drop()) {
            file_->end();
        }
    }

    [[nodiscard]] explicit operator bool() const { return file_ != nullptr; }
    [[nodiscard]] File& operator*() const { return *file_; }
    [[nodiscard]] File* operator->() const { return file_; }
    [[nodiscard]] Ref<File> share() const { return Ref<File>{file_}; }
    // Nobody but the caller can use it now: neither another thread nor another process.
    [[nodiscard]] bool is_alone() const { return !owned_ && file_->references() == 1; }

private:
    constexpr HeldFile(File* file, bool owned) : file_{file}, owned_{owned} {}

    File* file_ = nullptr;
    bool owned_ = false;
};

// A path without references.
struct Place {
    Mount* mount = nullptr;
    Dentry* dentry = nullptr;
    friend bool operator==(const Place&, const Place&) = default;
};

// One descriptor, for listings (/proc/PID/fd).
class DescriptorVisitor {
public:
    // The table is locked: no sleeping. False: enough.
    virtual bool descriptor(int fd, File& file, bool close_on_exec) = 0;

protected:
    ~DescriptorVisitor() = default;
};

// Thread context; may sleep, but for what is said otherwise. Tables and contexts are held by threads (UserThread::files, ::context); each
// such holder is one reference.
//   create_table()              empty. ENOMEM
//   copy_table(table)           the same files, for a new process. ENOMEM
//   retain(table), release(table)  the last one closes all; an own thread's way out passes through here
//   unshare_table()             the running thread gets a copy of its own if others share it. ENOMEM
//   close_on_exec()             of the running thread, whose table is its own: closes what has FD_CLOEXEC
//   insert(table, fd, file)     where no thread has the table yet; replaces nothing
//   get(fd)                     the running thread's, O_PATH ones not; none: EBADF
//   get_any(fd)                 O_PATH ones too
//   reserve(flags, lowest)      a number not in use, >= lowest, within RLIMIT_NOFILE, with O_CLOEXEC or not; nobody sees a file there until
//                               set(). EMFILE, ENOMEM
//   set(fd, file), cancel(fd)   what becomes of the number
//   install(file, flags)        both at once
//   close(fd)                   close(2)
//   set_close_on_exec(fd, to)   EBADF
//   find(table, fd)             in another's table: its file; null
//   visit(table, first, visitor)  ascending, from `first` on
//   create_context(root)        root and working directory are that. ENOMEM
//   copy_context(c), retain(c), release(c), unshare_context()
//   root_of(c), directory_of(c)   any thread's
//   root_at(c), directory_at(c)   the same without references, in a read-side section of RCU
//   umask_of(c), set_umask(c, mask)  the latter gives the one before
//   set_root(c, path), set_directory(c, path)
//   replace_in(c, from, to)     pivot_root(2): where root or directory are `from`
template <class T>
concept Descriptors = requires(T& d, FdTable& table, FsContext& context, int fd, std::uint32_t flags, Ref<File> file, DescriptorVisitor& visitor,
                               const Path& path, Mode mode) {
    { d.create_table() } -> std::same_as<Result<FdTable*>>;
    { d.copy_table(table) } -> std::same_as<Result<FdTable*>>;
    { d.retain(table) } -> std::same_as<void>;
    { d.release(table) } -> std::same_as<void>;
    { d.unshare_table() } -> std::same_as<Result<void>>;
    { d.close_on_exec() } -> std::same_as<void>;
    { d.insert(table, fd, std::move(file)) } -> std::same_as<Result<void>>;
    { d.get(fd) } -> std::same_as<HeldFile>;
    { d.get_any(fd) } -> std::same_as<HeldFile>;
    { d.reserve(flags, fd) } -> std::same_as<Result<int>>;
    { d.set(fd, std::move(file)) } -> std::same_as<void>;
    { d.cancel(fd) } -> std::same_as<void>;
    { d.install(std::move(file), flags) } -> std::same_as<Result<int>>;
    { d.close(fd) } -> std::same_as<Result<void>>;
    { d.set_close_on_exec(fd, true) } -> std::same_as<Result<void>>;
    { d.find(table, fd) } -> std::same_as<Ref<File>>;
    { d.visit(table, fd, visitor) } -> std::same_as<void>;
    { d.create_context(path) } -> std::same_as<Result<FsContext*>>;
    { d.copy_context(context) } -> std::same_as<Result<FsContext*>>;
    { d.retain(context) } -> std::same_as<void>;
    { d.release(context) } -> std::same_as<void>;
    { d.unshare_context() } -> std::same_as<Result<void>>;
    { d.root_of(context) } -> std::same_as<Path>;
    { d.directory_of(context) } -> std::same_as<Path>;
    { d.root_at(context) } -> std::same_as<Place>;
    { d.directory_at(context) } -> std::same_as<Place>;
    { d.umask_of(context) } -> std::same_as<Mode>;
    { d.set_umask(context, mode) } -> std::same_as<Mode>;
    { d.set_root(context, path) } -> std::same_as<void>;
    { d.set_directory(context, path) } -> std::same_as<void>;
    { d.replace_in(context, path, path) } -> std::same_as<void>;
};

}  // namespace phx::fs
