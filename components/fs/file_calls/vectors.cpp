// readv(2), writev(2) and their kin.
#include <array>
#include <span>

#include <fs/file_calls/file_calls.hpp>
#include <fs/file_calls/moving.hpp>
#include <linux/uio.h>
#include <memory/interfaces/context.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

// The buffers of one call, on the stack where they are few.
class Vectors {
public:
    Vectors() = default;
    Vectors(const Vectors&) = delete;
    Vectors& operator=(const Vectors&) = delete;
    ~Vectors() {
        if (many_ != nullptr) {
            ports::file_calls::heap().free(many_, count_ * sizeof *many_);
        }
    }

    // EINVAL, EFAULT, ENOMEM. The sum is cut to what one call moves.
    Result<void> read(UserPtr<const iovec> from, std::uint64_t count) {
        if (count > UIO_MAXIOV) {
            return Errno::inval;
        }
        count_ = count;
        vm::UserSegment* to = few_.data();
        if (count > few_.size()) {
            many_ = static_cast<vm::UserSegment*>(
                TRY(memory::allocate(ports::file_calls::heap(), count * sizeof *many_, alignof(vm::UserSegment), memory::MaySleep{})));
            to = many_;
        }
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            const iovec vector = TRY(vm::read(from + i));
            auto size = static_cast<std::uint64_t>(vector.iov_len);
            if (size > INT64_MAX) {
                return Errno::inval;
            }
            size = std::min(size, k_most_moved - sum);
            sum += size;
            to[i] = {UserAddr{reinterpret_cast<std::uintptr_t>(vector.iov_base)}, size};
        }
        segments_ = {to, count};
        size_ = sum;
        return {};
    }
    [[nodiscard]] std::span<const vm::UserSegment> segments() const { return segments_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::array<vm::UserSegment, 8> few_;
    vm::UserSegment* many_ = nullptr;
    std::uint64_t count_ = 0;
    std::span<const vm::UserSegment> segments_;
    std::size_t size_ = 0;
};

constexpr std::int64_t k_own_position = -1;

Result<std::size_t> read_vectors(int fd, UserPtr<const iovec> from, std::uint64_t count, std::int64_t offset) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (offset != k_own_position && !file->seekable()) {
        return Errno::spipe;
    }
    if (!file->readable()) {
        return Errno::badf;
    }
    Vectors vectors;
    TRY(vectors.read(from, count));
    const auto move = [&](std::uint64_t& position) {
        Transfer transfer{vectors.segments(), vectors.size()};
        return file->read(transfer, position);
    };
    if (offset == k_own_position) {
        return at_position(file, move);
    }
    auto at = static_cast<std::uint64_t>(offset);
    return move(at);
}

Result<std::size_t> write_vectors(int fd, UserPtr<const iovec> from, std::uint64_t count, std::int64_t offset) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (offset != k_own_position && !file->seekable()) {
        return Errno::spipe;
    }
    if (!file->writable()) {
        return Errno::badf;
    }
    Vectors vectors;
    TRY(vectors.read(from, count));
    const auto move = [&](std::uint64_t& position) -> Result<std::size_t> {
        std::size_t size = vectors.size();
        if (file->inode().is_regular()) {
            TRY(prepare_write(*file, position, size));
        }
        Transfer transfer{vectors.segments(), size};
        return file->write(transfer, position);
    };
    if (offset == k_own_position) {
        return at_position(file, move);
    }
    auto at = static_cast<std::uint64_t>(offset);
    return move(at);
}

// What preadv2(2) may be asked for.
Result<void> check_flags(std::uint32_t flags) {
    return (flags & ~std::uint32_t{RWF_DSYNC | RWF_SYNC}) != 0 ? Result<void>{Errno::opnotsupp} : Result<void>{};
}

}  // namespace

Result<std::size_t> FileCalls::sys_readv(int fd, UserPtr<const iovec> vectors, std::uint64_t count) {
    return read_vectors(fd, vectors, count, k_own_position);
}

Result<std::size_t> FileCalls::sys_writev(int fd, UserPtr<const iovec> vectors, std::uint64_t count) {
    return write_vectors(fd, vectors, count, k_own_position);
}

Result<std::size_t> FileCalls::sys_preadv(int fd, UserPtr<const iovec> vectors, std::uint64_t count, std::int64_t offset) {
    return offset < 0 ? Result<std::size_t>{Errno::inval} : read_vectors(fd, vectors, count, offset);
}

Result<std::size_t> FileCalls::sys_pwritev(int fd, UserPtr<const iovec> vectors, std::uint64_t count, std::int64_t offset) {
    return offset < 0 ? Result<std::size_t>{Errno::inval} : write_vectors(fd, vectors, count, offset);
}

Result<std::size_t> FileCalls::sys_preadv2(int fd, UserPtr<const iovec> vectors, std::uint64_t count, std::int64_t offset, std::uint64_t,
                                           std::uint32_t flags) {
    TRY(check_flags(flags));
    return offset < k_own_position ? Result<std::size_t>{Errno::inval} : read_vectors(fd, vectors, count, offset);
}

Result<std::size_t> FileCalls::sys_pwritev2(int fd, UserPtr<const iovec> vectors, std::uint64_t count, std::int64_t offset, std::uint64_t,
                                            std::uint32_t flags) {
    TRY(check_flags(flags));
    const std::size_t written = TRY(offset < k_own_position ? Result<std::size_t>{Errno::inval} : write_vectors(fd, vectors, count, offset));
    if (flags != 0 && written != 0) {
        TRY(sys_fsync(fd));
    }
    return written;
}

}  // namespace phx::fs
