// What reading and writing have in common, whatever the bytes lie in.
#pragma once

#include <algorithm>
#include <cstdint>

#include <asm/resource.h>
#include <fs/interfaces/descriptors.hpp>
#include <ports/file_calls.hpp>
#include <task/interfaces/process.hpp>

namespace phx::fs {

// What one call moves at most (read(2), "Notes").
inline constexpr std::size_t k_most_moved = INT32_MAX & ~(k_page_size - 1);

[[nodiscard]] inline HeldFile readable_file(int fd) {
    HeldFile file = ports::file_calls::descriptors().get(fd);
    if (file && !file->readable()) [[unlikely]] {
        return {};
    }
    return file;
}

[[nodiscard]] inline HeldFile writable_file(int fd) {
    HeldFile file = ports::file_calls::descriptors().get(fd);
    if (file && !file->writable()) [[unlikely]] {
        return {};
    }
    return file;
}

// What stands in the way of a write to a regular file; `size` may get smaller. EFBIG, with a signal
Result<void> prepare_write(File& file, std::uint64_t offset, std::size_t& size);

// A program's threads, and processes that share the open file, move its position one after the other. Where there is nobody else the lock is left out.
template <class F>
[[gnu::always_inline]] Result<std::size_t> at_position(const HeldFile& file, F&& move) {
    if (!file->seekable()) {
        std::uint64_t none = 0;
        return move(none);
    }
    if (file.is_alone()) [[likely]] {
        std::uint64_t position = file->position;
        const Result<std::size_t> moved = move(position);
        if (moved) {
            file->position = position + *moved;
        }
        return moved;
    }
    const MutexGuard guard{file->position_lock};
    std::uint64_t position = file->position;
    const Result<std::size_t> moved = move(position);
    if (moved) {
        file->position = position + *moved;
    }
    return moved;
}

// One write, of whatever is left in `from`, up to `size`. `offset` is where it went.
[[gnu::always_inline]] inline Result<std::size_t> write_at(File& file, UserAddr from, std::size_t size, std::uint64_t& offset) {
    if (file.inode().is_regular()) {
        TRY(prepare_write(file, offset, size));
    }
    Transfer transfer{from, size};
    return file.write(transfer, offset);
}

}  // namespace phx::fs
