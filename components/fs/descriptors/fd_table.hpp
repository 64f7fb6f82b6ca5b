// Which file each descriptor of a process is.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/file.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>

namespace phx::fs {

// Descriptor n is taken if bit n of `taken` is set; its file may still be null then: the number is reserved. Threads that share the table find each other
// by the count of references: a table of one thread is read by that thread without the lock, as nobody else changes it.
class FdTable final : public RefCounted {
public:

    FdTable() = default;

    // By the thread whose table it is alone.
    [[nodiscard, clang::no_thread_safety_analysis]] File* peek(int fd) const {
        const auto index = static_cast<std::uint32_t>(fd);
        return index < capacity_ ? files_[index] : nullptr;
    }
    [[nodiscard]] bool is_shared() const { return references() > 1; }

    // Any thread; does not sleep.
    [[nodiscard]] Ref<File> find(int fd);
    // A number of `from` or more, below `limit`. EMFILE; EAGAIN: it takes a larger table, grow_by_one() and again
    Result<int> take(std::uint32_t from, std::uint64_t limit, bool close_on_exec);
    // That very number, in use or not. EAGAIN: it takes a larger table, grow(); EBUSY: it is reserved
    Result<void> take_at(std::uint32_t fd, bool close_on_exec, Ref<File> file, Ref<File>& before);
    void set(int fd, Ref<File> file);
    void release(int fd);
    // Its file, if it is in use and set.
    [[nodiscard]] Ref<File> remove(int fd);
    // The first in use at or after `from`, and whether it is to be closed by execve(2); -1: none.
    [[nodiscard]] int next(std::uint32_t from, bool close_on_exec_only);
    [[nodiscard]] Result<bool> closes_on_exec(int fd);
    Result<void> set_close_on_exec(int fd, bool to);
    template <class F>
    void for_each(std::uint32_t from, F&& f);

    // May sleep. Room for `fd` at least. ENOMEM
    Result<void> grow(std::uint32_t fd) __attribute__((locks_excluded(interrupts_off)));
    // Room for one more number, at `from` or above.
    Result<void> grow_by_one(std::uint32_t from) __attribute__((locks_excluded(interrupts_off)));
    // The same files as there; the table is new.
    Result<void> copy_from(FdTable& other) __attribute__((locks_excluded(interrupts_off)));

    void end();  // RefCounted: frees it; all descriptors are closed

private:
    friend class DescriptorTables;
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("descriptors");
    static constexpr std::size_t k_inline_files = 32;

    // `count` files, then two bit maps of as many bits, in one piece of memory.
    struct Block {
        File** files = nullptr;
        std::uint64_t* taken = nullptr;
        std::uint64_t* closing = nullptr;
    };
    static std::size_t words(std::uint32_t capacity) { return (capacity + 63) / 64; }
    static std::size_t bytes(std::uint32_t capacity) { return capacity * sizeof(File*) + 2 * words(capacity) * sizeof(std::uint64_t); }
    static Result<Block> allocate(std::uint32_t capacity);
    void free_block();
    [[nodiscard]] bool is_taken(std::uint32_t fd) const __attribute__((requires_capability(lock_))) {
        return fd < capacity_ && (taken_[fd / 64] >> fd % 64 & 1) != 0;
    }
    void mark(std::uint32_t fd, bool close_on_exec) __attribute__((requires_capability(lock_)));
    void unmark(std::uint32_t fd) __attribute__((requires_capability(lock_)));

    SpinLock lock_{k_class};
    std::uint64_t inline_taken_ = 0;
    std::uint64_t inline_closing_ = 0;
    std::array<File*, k_inline_files> inline_files_{};
    std::uint32_t capacity_ __attribute__((guarded_by(lock_))) = k_inline_files;
    File** files_ __attribute__((guarded_by(lock_))) = inline_files_.data();
    std::uint64_t* taken_ __attribute__((guarded_by(lock_))) = &inline_taken_;
    std::uint64_t* closing_ __attribute__((guarded_by(lock_))) = &inline_closing_;
    std::uint32_t lowest_ __attribute__((guarded_by(lock_))) = 0;  // all below are taken
};

// With the table locked: f(fd, file, close_on_exec) for each that has a file; false ends it.
template <class F>
void FdTable::for_each(std::uint32_t from, F&& f) {
    const SpinGuard guard{lock_};
    for (std::uint32_t fd = from; fd < capacity_; ++fd) {
        if (files_[fd] != nullptr && !f(static_cast<int>(fd), *files_[fd], (closing_[fd / 64] >> fd % 64 & 1) != 0)) {
            return;
        }
    }
}

}  // namespace phx::fs
