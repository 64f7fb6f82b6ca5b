#include <fs/descriptors/fd_table.hpp>

#include <algorithm>
#include <bit>
#include <utility>

#include <memory/interfaces/context.hpp>
#include <ports/descriptors.hpp>

namespace phx::fs {

Ref<File> FdTable::find(int fd) {
    const SpinGuard guard{lock_};
    const auto index = static_cast<std::uint32_t>(fd);
    return Ref<File>{index < capacity_ ? files_[index] : nullptr};
}

void FdTable::mark(std::uint32_t fd, bool close_on_exec) {
    const std::uint64_t bit = std::uint64_t{1} << fd % 64;
    taken_[fd / 64] |= bit;
    if (close_on_exec) {
        closing_[fd / 64] |= bit;
    } else {
        closing_[fd / 64] &= ~bit;
    }
}

void FdTable::unmark(std::uint32_t fd) {
    taken_[fd / 64] &= ~(std::uint64_t{1} << fd % 64);
    lowest_ = std::min(lowest_, fd);
}

Result<int> FdTable::take(std::uint32_t from, std::uint64_t limit, bool close_on_exec) {
    const SpinGuard guard{lock_};
    std::uint32_t fd = std::max(from, lowest_);
    while (fd < capacity_) {
        const std::uint64_t free = ~taken_[fd / 64] >> fd % 64;
        if (free != 0) {
            fd += static_cast<std::uint32_t>(std::countr_zero(free));
            break;
        }
        fd = (fd / 64 + 1) * 64;
    }
    if (fd >= limit) {
        return Errno::mfile;
    }
    if (fd >= capacity_) {
        return Errno::again;
    }
    mark(fd, close_on_exec);
    if (from <= lowest_) {
        lowest_ = fd + 1;
    }
    return static_cast<int>(fd);
}

Result<void> FdTable::take_at(std::uint32_t fd, bool close_on_exec, Ref<File> file, Ref<File>& before) {
    const SpinGuard guard{lock_};
    if (fd >= capacity_) {
        return Errno::again;
    }
    if (is_taken(fd) && files_[fd] == nullptr) {
        return Errno::busy;  // another thread is about to open it (dup(2))
    }
    mark(fd, close_on_exec);
    before = Ref<File>::adopt(std::exchange(files_[fd], file.release()));
    return {};
}

void FdTable::set(int fd, Ref<File> file) {
    const SpinGuard guard{lock_};
    files_[static_cast<std::uint32_t>(fd)] = file.release();
}

void FdTable::release(int fd) {
    const SpinGuard guard{lock_};
    unmark(static_cast<std::uint32_t>(fd));
}

Ref<File> FdTable::remove(int fd) {
    const auto index = static_cast<std::uint32_t>(fd);
    const SpinGuard guard{lock_};
    if (index >= capacity_ || files_[index] == nullptr) {
        return {};
    }
    unmark(index);
    return Ref<File>::adopt(std::exchange(files_[index], nullptr));
}

int FdTable::next(std::uint32_t from, bool close_on_exec_only) {
    const SpinGuard guard{lock_};
    std::uint32_t fd = from;
    while (fd < capacity_) {
        std::uint64_t bits = taken_[fd / 64];
        if (close_on_exec_only) {
            bits &= closing_[fd / 64];
        }
        bits >>= fd % 64;
        if (bits == 0) {
            fd = (fd / 64 + 1) * 64;
            continue;
        }
        fd += static_cast<std::uint32_t>(std::countr_zero(bits));
        if (files_[fd] != nullptr) {
            return static_cast<int>(fd);
        }
        ++fd;
    }
    return -1;
}

Result<bool> FdTable::closes_on_exec(int fd) {
    const auto index = static_cast<std::uint32_t>(fd);
    const SpinGuard guard{lock_};
    if (index >= capacity_ || files_[index] == nullptr) {
        return Errno::badf;
    }
    return (closing_[index / 64] >> index % 64 & 1) != 0;
}

Result<void> FdTable::set_close_on_exec(int fd, bool to) {
    const auto index = static_cast<std::uint32_t>(fd);
    const SpinGuard guard{lock_};
    if (index >= capacity_ || files_[index] == nullptr) {
        return Errno::badf;
    }
    mark(index, to);
    return {};
}

Result<FdTable::Block> FdTable::allocate(std::uint32_t capacity) {
    auto* const memory = static_cast<std::byte*>(TRY(memory::allocate(ports::descriptors::heap(), bytes(capacity), alignof(File*), memory::MaySleep{})));
    std::memset(memory, 0, bytes(capacity));
    auto* const bits = reinterpret_cast<std::uint64_t*>(memory + capacity * sizeof(File*));
    return Block{reinterpret_cast<File**>(memory), bits, bits + words(capacity)};
}

void FdTable::free_block() {
    const SpinGuard guard{lock_};
    if (files_ != inline_files_.data()) {
        ports::descriptors::heap().free(files_, bytes(capacity_));
    }
}

// Powers of two.
Result<void> FdTable::grow(std::uint32_t fd) {
    const std::uint32_t capacity = std::max<std::uint32_t>(std::bit_ceil(fd + 1), 2 * k_inline_files);
    Block block = TRY(allocate(capacity));
    File** old = nullptr;
    std::uint32_t old_capacity = 0;
    {
        const SpinGuard guard{lock_};
        if (capacity <= capacity_) {  // another thread was faster
            old = block.files;
            old_capacity = capacity;
        } else {
            std::copy_n(files_, capacity_, block.files);
            std::copy_n(taken_, words(capacity_), block.taken);
            std::copy_n(closing_, words(capacity_), block.closing);
            old = files_;
            old_capacity = capacity_;
            files_ = block.files;
            taken_ = block.taken;
            closing_ = block.closing;
            capacity_ = capacity;
        }
    }
    if (old != inline_files_.data()) {
        ports::descriptors::heap().free(old, bytes(old_capacity));
    }
    return {};
}

Result<void> FdTable::grow_by_one(std::uint32_t from) {
    std::uint32_t capacity = 0;
    {
        const SpinGuard guard{lock_};
        capacity = capacity_;
    }
    return grow(std::max(from, capacity));
}

// As large as what is open there asks for. Numbers that are only reserved stay behind.
[[clang::no_thread_safety_analysis]] Result<void> FdTable::copy_from(FdTable& other) {
    for (;;) {
        std::uint32_t highest = 0;
        {
            const SpinGuard guard{other.lock_};
            for (std::size_t word = words(other.capacity_); word-- > 0;) {
                if (other.taken_[word] != 0) {
                    highest = static_cast<std::uint32_t>(word * 64 + 63 - static_cast<std::size_t>(std::countl_zero(other.taken_[word])));
                    break;
                }
            }
            if (highest < capacity_) {
                for (std::size_t word = 0; word * 64 <= highest; ++word) {
                    std::uint64_t taken = 0;
                    for (std::uint64_t bits = other.taken_[word]; bits != 0; bits &= bits - 1) {
                        const std::size_t fd = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
                        if (File* const file = other.files_[fd]) {
                            file->retain();
                            files_[fd] = file;
                            taken |= bits & -bits;
                        }
                    }
                    taken_[word] = taken;
                    closing_[word] = other.closing_[word] & taken;
                }
                return {};
            }
        }
        TRY(grow(highest));
    }
}

void FdTable::end() {
    free_block();
    memory::destroy(ports::descriptors::heap(), this);
}

}  // namespace phx::fs
