// Where the bytes of a read or write go: a program's buffers, or one of the kernel's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <base/result.hpp>
#include <base/user.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::vm {

struct UserSegment {
    UserAddr base;
    std::size_t size = 0;
};

// Bytes that are still to be moved, in order; a part at a time. The direction is the caller's: a read puts, a write takes.
class Transfer {
public:
    // One buffer of a program's.
    Transfer(UserAddr base, std::size_t size) : segment_{base, size}, left_{size} {}
    // Several (readv(2)); the span outlives the transfer. `size` is their sum.
    Transfer(std::span<const UserSegment> segments, std::size_t size) : further_{segments}, left_{size} {}
    // The kernel's.
    Transfer(void* base, std::size_t size) : kernel_{static_cast<std::byte*>(base)}, left_{size} {}
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    [[nodiscard]] std::size_t left() const { return left_; }
    [[nodiscard]] bool is_user() const { return kernel_ == nullptr; }

    // May sleep, as programs' memory may have to be brought in; so no lock is held that a page fault might take. `size` up to left(). The bytes
    // moved: fewer only where the program's memory ends; EFAULT if there is none at all.
    Result<std::size_t> put(const void* from, std::size_t size) __attribute__((locks_excluded(interrupts_off))) {
        if (size <= segment_.size) [[likely]] {
            return moved(copy_out_some(segment_.base, from, size), size);
        }
        return put_further(from, size);
    }
    Result<std::size_t> take(void* to, std::size_t size) __attribute__((locks_excluded(interrupts_off))) {
        if (size <= segment_.size) [[likely]] {
            return moved(copy_in_some(to, segment_.base, size), size);
        }
        return take_further(to, size);
    }
    Result<std::size_t> put_zeros(std::size_t size) __attribute__((locks_excluded(interrupts_off)));
    // That many count as moved, and nothing is: /dev/null. Up to left().
    void skip(std::size_t size);
    // For what must not sleep, in copies under a lock: only memory that is there. 0 where it is not; the caller lets go of its lock, calls
    // bring_in() and comes again.
    std::size_t put_now(const void* from, std::size_t size);
    std::size_t take_now(void* to, std::size_t size);
    // EFAULT: there is no memory at the next byte.
    Result<void> bring_in(bool for_put) __attribute__((locks_excluded(interrupts_off)));

private:
    // That many bytes of the segment are done, of as many as were asked for.
    Result<std::size_t> moved(std::size_t done, std::size_t size) {
        advance(done);
        if (done == 0 && size != 0) [[unlikely]] {
            return Errno::fault;
        }
        return done;
    }
    void advance(std::size_t size) {
        segment_.base += size;
        segment_.size -= size;
        left_ -= size;
    }
    [[gnu::noinline]] Result<std::size_t> put_further(const void* from, std::size_t size);
    [[gnu::noinline]] Result<std::size_t> take_further(void* to, std::size_t size);
    template <class Move>
    std::size_t for_each_part(std::size_t size, Move move);

    UserSegment segment_{};                   // what is left of the one under way; empty where the bytes are the kernel's
    std::span<const UserSegment> further_{};  // after it
    std::byte* kernel_ = nullptr;
    std::size_t left_ = 0;
};

}  // namespace phx::vm
