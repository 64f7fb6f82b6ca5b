// Open files: what a descriptor stands for.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/inode.hpp>
#include <fs/interfaces/path.hpp>
#include <fs/interfaces/poll.hpp>
#include <vm/user_memory/transfer.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/mutex.hpp>

namespace phx::vm {
struct Mappable;
}

namespace phx::fs {

// Takes the entries of a directory, one after the other (getdents64(2)). False: there is no room, and this one was not taken.
class EntrySink {
public:
    // `next` is the position after this entry; `type` is a DT_*.
    virtual bool entry(std::string_view name, std::uint64_t inode, std::uint8_t type, std::uint64_t next) = 0;

protected:
    ~EntrySink() = default;
};

using vm::Transfer;

// An open file description (open(2)). Shared by descriptors and processes. Thread context; may sleep.
class File : public RefCounted {
public:
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    // Access mode and O_* status flags; fcntl(F_SETFL) changes some.
    [[nodiscard]] std::uint32_t flags() const { return flags_.load(std::memory_order_relaxed); }
    void set_flags(std::uint32_t flags) { flags_.store(flags, std::memory_order_relaxed); }
    // O_RDONLY, O_WRONLY, O_RDWR; with 3 it is neither.
    [[nodiscard]] bool readable() const { return ((flags() + 1) & 1) != 0; }
    [[nodiscard]] bool writable() const { return ((flags() + 1) & 2) != 0; }
    [[nodiscard]] bool is_path_only() const { return (flags() & O_PATH) != 0; }
    [[nodiscard]] bool nonblocking() const { return (flags() & O_NONBLOCK) != 0; }

    // Where it was opened; none: it has no name (a pipe), see describe().
    [[nodiscard]] const Path& path() const { return path_; }
    void set_path(Path path) { path_ = std::move(path); }  // once, before it is anybody's
    [[nodiscard]] Inode& inode() const { return inode_; }
    // What /proc/PID/fd shows of one without a path ("pipe:[8]"): the part of `to` that was filled.
    [[nodiscard]] virtual std::string_view describe(std::span<char> to) { return {to.data(), 0}; }
    // It has a position: read and write go by it, and lseek moves it. Else lseek is ESPIPE.
    [[nodiscard]] bool seekable() const { return seekable_; }

    // At `offset`, which is left alone: the bytes moved, 0 at the end. Files without positions get 0 and ignore it. EINTR is told as
    // Errno::restart_sys where nothing was moved. Who calls has seen to it that the file is readable, or writable.
    virtual Result<std::size_t> read(Transfer&, std::uint64_t /*offset*/) { return Errno::inval; }
    // With O_APPEND, at the end, which `offset` says afterwards.
    virtual Result<std::size_t> write(Transfer&, std::uint64_t& /*offset*/) { return Errno::inval; }
    // Where `lseek(whence)` goes; position_lock is held. The default does SEEK_SET, SEEK_CUR, SEEK_END by the inode's size.
    virtual Result<std::uint64_t> seek(std::int64_t offset, int whence);
    // From `position` on, which it moves; position_lock and the directory's entries are held, shared. ENOTDIR
    virtual Result<void> read_entries(std::uint64_t& /*position*/, EntrySink&) { return Errno::notdir; }

    // ENOTTY: none of its own.
    virtual Result<std::int64_t> ioctl(std::uint32_t /*request*/, std::uint64_t /*argument*/) { return Errno::notty; }
    // What is ready now, POLL*; with a registrar, sources first.
    virtual PollEvents poll(PollRegistrar*) { return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM; }
    virtual Result<void> sync(bool /*data_only*/) { return {}; }
    virtual Result<void> allocate(int /*mode*/, std::uint64_t /*offset*/, std::uint64_t /*size*/) { return Errno::opnotsupp; }  // fallocate(2)
    virtual Result<void> truncate(std::uint64_t) { return Errno::inval; }
    // What mmap(2) of it maps: ENODEV: it cannot be. Private anonymous memory is what /dev/zero gives.
    virtual Result<void> map(vm::Mappable&) { return Errno::nodev; }
    // F_GETPIPE_SZ, F_SETPIPE_SZ, F_GET_SEALS and the like: what fcntl(2) does not do by itself. EINVAL
    virtual Result<std::int64_t> control(int /*command*/, std::uint64_t /*argument*/) { return Errno::inval; }

    void end();  // RefCounted: the last reference has gone; locks of flock(2) go with it, and what it held of its inode

    // What the inode was told of this file. Set before it is anybody's; given up by the last reference, or earlier by whom alone it concerns.
    void set_hold(Inode::Hold hold) { hold_ = hold; }
    void end_hold() {
        if (hold_ != Inode::Hold::none) {
            inode_.end(hold_);
            hold_ = Inode::Hold::none;
        }
    }

    // For the provider of FileLocks: somebody may hold a lock through this file.
    std::atomic<bool> locked{false};

    // Guards `position`.
    static constexpr sync::LockClass k_position_lock_class = sync::LearntLockClass::make("file position");
    Mutex position_lock{k_position_lock_class};
    std::uint64_t position = 0;
    std::atomic<std::int32_t> owner{0};  // fcntl(F_SETOWN)

protected:
    enum class Seek : bool { none, position };
    // The inode is held by the path, or by the derived class.
    File(std::uint32_t flags, Inode& inode, Seek seek) : flags_{flags}, seekable_{seek == Seek::position}, inode_{inode} {}
    ~File() = default;

    virtual void dispose() = 0;  // frees it

private:
    std::atomic<std::uint32_t> flags_;
    const bool seekable_;
    Inode::Hold hold_ = Inode::Hold::none;
    Inode& inode_;
    Path path_;
};

}  // namespace phx::fs
