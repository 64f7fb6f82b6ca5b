// The bytes between the two ends of a pipe (pipe(7)).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/interfaces/poll.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/mutex.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>

namespace phx::fs {

// A ring of pages that come when bytes do. Positions count on for ever; a byte's place is its position modulo the capacity, so the first and the last bytes
// of a full ring may share a page.
//
// Who reads or writes holds the mutex while bytes are copied, which a page fault never takes. Who waits does so without it, under a spinlock of its own,
// and looks at the positions and the numbers of ends, which are atomic.
class Pipe {
public:
    static constexpr std::size_t k_atomic = 4096;  // PIPE_BUF

    static Result<Pipe*> create(std::size_t capacity);
    void destroy();  // nobody has it open

    // pipe(7): EAGAIN, EPIPE (the caller sends the signal), restart_sys, EFAULT.
    Result<std::size_t> read(Transfer& to, bool nonblocking);
    Result<std::size_t> write(Transfer& from, bool nonblocking);
    [[nodiscard]] PollEvents poll(PollRegistrar* registrar, bool reads, bool writes, std::uint32_t writers_before);

    [[nodiscard]] std::size_t size() const { return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire); }
    [[nodiscard]] std::size_t capacity() const { return capacity_.load(std::memory_order_relaxed); }
    // A power of two of pages. EBUSY: there are more bytes in it; ENOMEM
    Result<void> resize(std::size_t capacity);

    // --- its ends
    // How many of each kind had ever come when an end was opened. A FIFO's opener waits for one that is there, or comes behind it, however soon that goes again.
    struct Seen {
        std::uint32_t readers = 0;
        std::uint32_t writers = 0;
    };
    Seen open(bool reads, bool writes);
    void close(bool reads, bool writes);
    [[nodiscard]] std::uint32_t writers_ever() const { return writers_ever_.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint32_t readers() const { return readers_.load(std::memory_order_acquire); }
    // restart_sys: a signal came.
    Result<void> wait_for_writer(Seen before);
    Result<void> wait_for_reader(Seen before);

    std::uint32_t users = 0;  // of a FIFO's: open files and who is about to open one; guarded by its table

private:
    Pipe() = default;
    ~Pipe() = default;
    friend struct PipeMaker;

    struct Waiters {
        explicit constexpr Waiters(const char* name) : queue{name} {}
        WaitQueue queue;
        std::atomic<std::uint32_t> count{0};
    };
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("pipe");

    [[nodiscard]] std::size_t room() const { return capacity() - size(); }
    [[nodiscard]] std::byte** slot(std::size_t position) __attribute__((requires_capability(mutex_))) { return &pages_[position / k_page_size % (capacity() / k_page_size)]; }
    Result<std::size_t> put(Transfer& from, std::size_t size) __attribute__((requires_capability(mutex_)));
    Result<std::size_t> take(Transfer& to, std::size_t size) __attribute__((requires_capability(mutex_)));
    Result<std::byte*> page_at(std::size_t position) __attribute__((requires_capability(mutex_)));
    void leave_page(std::size_t position) __attribute__((requires_capability(mutex_)));
    template <class Predicate>
    bool wait(Waiters& waiters, Predicate until);
    void wake(Waiters& waiters);

    static constexpr sync::LockClass k_mutex_class = sync::LearntLockClass::make("pipe");
    Mutex mutex_{k_mutex_class};
    std::byte** pages_ __attribute__((guarded_by(mutex_))) = nullptr;
    std::byte* spare_ __attribute__((guarded_by(mutex_))) = nullptr;  // one page stays, so that few bytes cost none
    std::atomic<std::size_t> capacity_{0};
    std::atomic<std::size_t> head_{0};  // behind the last byte
    std::atomic<std::size_t> tail_{0};  // the first one
    std::atomic<std::uint32_t> readers_{0};
    std::atomic<std::uint32_t> writers_{0};
    SpinLock wait_lock_{k_class};
    std::uint32_t readers_ever_ __attribute__((guarded_by(wait_lock_))) = 0;
    std::atomic<std::uint32_t> writers_ever_{0};  // changed with the lock
    Waiters waiting_readers_{"pipe to read"};
    Waiters waiting_writers_{"pipe to write"};
    PollSource source_;
};

}  // namespace phx::fs
