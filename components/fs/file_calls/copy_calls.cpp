// sendfile(2), copy_file_range(2): from file to file, through a buffer of the kernel's.
#include <fs/file_calls/file_calls.hpp>
#include <fs/file_calls/moving.hpp>
#include <memory/interfaces/context.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

class Buffer {
public:
    static constexpr std::size_t k_size = 4 * k_page_size;
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() {
        if (memory_ != nullptr) {
            ports::file_calls::heap().free(memory_, k_size);
        }
    }
    Result<void*> get() {
        memory_ = TRY(memory::allocate(ports::file_calls::heap(), k_size, k_page_size, memory::MaySleep{}));
        return memory_;
    }

private:
    void* memory_ = nullptr;
};

// `from_at` is moved by what arrived. An error is told only where nothing did.
Result<std::size_t> copy(File& from, std::uint64_t& from_at, const HeldFile& to, std::uint64_t* to_at, std::size_t size) {
    Buffer buffer;
    void* const memory = TRY(buffer.get());
    std::size_t done = 0;
    while (done < size) {
        Transfer reading{memory, std::min(size - done, Buffer::k_size)};
        const Result<std::size_t> read = from.read(reading, from_at);
        if (!read || *read == 0) {
            return read || done != 0 ? Result<std::size_t>{done} : read;
        }
        const auto write = [&](std::uint64_t& at) -> Result<std::size_t> {
            std::size_t count = *read;
            if (to->inode().is_regular()) {
                TRY(prepare_write(*to, at, count));
            }
            Transfer writing{memory, count};
            return to->write(writing, at);
        };
        const Result<std::size_t> written = to_at != nullptr ? write(*to_at) : at_position(to, write);
        if (!written) {
            return done != 0 ? Result<std::size_t>{done} : written;
        }
        if (to_at != nullptr) {
            *to_at += *written;
        }
        from_at += *written;
        done += *written;
        if (*written < *read) {
            break;
        }
        if ((arch::current()->user_work.load(std::memory_order_relaxed) & arch::k_signal_pending) != 0) {
            break;
        }
    }
    return done;
}

Result<std::uint64_t> offset_in(UserPtr<std::int64_t> from) {
    const std::int64_t offset = TRY(vm::read(from));
    return offset < 0 ? Result<std::uint64_t>{Errno::inval} : Result<std::uint64_t>{static_cast<std::uint64_t>(offset)};
}

}  // namespace

Result<std::size_t> FileCalls::sys_sendfile(int to_fd, int from_fd, UserPtr<std::int64_t> offset, std::size_t size) {
    const HeldFile from = readable_file(from_fd);
    if (!from) {
        return Errno::badf;
    }
    if (!offset.is_null() && !from->seekable()) {
        return Errno::spipe;
    }
    const HeldFile to = writable_file(to_fd);
    if (!to) {
        return Errno::badf;
    }
    // Only what stays where it is while it is read.
    if (!from->inode().is_regular() || (to->flags() & O_APPEND) != 0) {
        return Errno::inval;
    }
    size = std::min(size, k_most_moved);
    if (!offset.is_null()) {
        std::uint64_t at = TRY(offset_in(offset));
        const Result<std::size_t> done = copy(*from, at, to, nullptr, size);
        TRY(vm::write(offset, static_cast<std::int64_t>(at)));
        return done;
    }
    if (&*from == &*to) {
        return Errno::inval;
    }
    // Nothing holds both files' positions: two who send to each other would wait for ever.
    std::uint64_t at = 0;
    {
        const MutexGuard guard{from->position_lock};
        at = from->position;
    }
    const Result<std::size_t> done = copy(*from, at, to, nullptr, size);
    const MutexGuard guard{from->position_lock};
    from->position = at;
    return done;
}

Result<std::size_t> FileCalls::sys_copy_file_range(int from_fd, UserPtr<std::int64_t> from_offset, int to_fd, UserPtr<std::int64_t> to_offset,
                                                   std::size_t size, std::uint32_t flags) {
    const HeldFile from = ports::file_calls::descriptors().get(from_fd);
    const HeldFile to = ports::file_calls::descriptors().get(to_fd);
    if (!from || !to) {
        return Errno::badf;
    }
    if (flags != 0) {
        return Errno::inval;
    }
    if (from->inode().is_directory() || to->inode().is_directory()) {
        return Errno::isdir;
    }
    if (!from->inode().is_regular() || !to->inode().is_regular()) {
        return Errno::inval;
    }
    if (!from->readable() || !to->writable() || (to->flags() & O_APPEND) != 0) {
        return Errno::badf;
    }
    std::uint64_t from_at = from_offset.is_null() ? from->position : TRY(offset_in(from_offset));
    std::uint64_t to_at = to_offset.is_null() ? to->position : TRY(offset_in(to_offset));
    size = std::min(size, k_most_moved);
    if (from_at + size < from_at || to_at + size < to_at) {
        return Errno::overflow;
    }
    if (&from->inode() == &to->inode() && from_at < to_at + size && to_at < from_at + size) {
        return Errno::inval;
    }
    const std::uint64_t file_size = from->inode().attributes().size;
    if (from_at >= file_size) {
        return std::size_t{0};
    }
    size = std::min(size, file_size - from_at);
    const Result<std::size_t> done = copy(*from, from_at, to, &to_at, size);
    const auto settle = [](File& file, UserPtr<std::int64_t> offset, std::uint64_t at) -> Result<void> {
        if (!offset.is_null()) {
            return vm::write(offset, static_cast<std::int64_t>(at));
        }
        const MutexGuard guard{file.position_lock};
        file.position = at;
        return {};
    };
    if (done) {
        TRY(settle(*from, from_offset, from_at));
        TRY(settle(*to, to_offset, to_at));
    }
    return done;
}

}  // namespace phx::fs
