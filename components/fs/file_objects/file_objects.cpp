#include <fs/interfaces/file_locking.hpp>
#include <fs/interfaces/vfs.hpp>
#include <ports/file_objects.hpp>

namespace phx::fs {

void Dentry::end() {
    if (auto* vfs = ports::file_objects::vfs()) {
        vfs->end(*this);
    }
}

void Mount::end() {
    if (auto* vfs = ports::file_objects::vfs()) {
        vfs->end(*this);
    }
}

void File::end() {
    if (locked.load(std::memory_order_relaxed)) [[unlikely]] {
        if (auto* locks = ports::file_objects::locks()) {
            locks->release(*this);
        }
    }
    end_hold();
    dispose();
}

Device next_anonymous_device() {
    static constinit std::atomic<std::uint32_t> last{0};
    return make_device(0, last.fetch_add(1, std::memory_order_relaxed) + 1);
}

Result<Path> Inode::follow(const task::Credentials&) {
    return Errno::nosys;
}

// lseek(2); SEEK_DATA and SEEK_HOLE as of a file without holes.
Result<std::uint64_t> File::seek(std::int64_t offset, int whence) {
    std::int64_t from = 0;
    const auto size = [&] { return static_cast<std::int64_t>(inode().attributes().size); };
    switch (whence) {
        case SEEK_SET: break;
        case SEEK_CUR: from = static_cast<std::int64_t>(position); break;
        case SEEK_END: from = size(); break;
        case SEEK_DATA:
        case SEEK_HOLE: {
            const std::int64_t end = size();
            if (offset < 0 || offset >= end) {
                return Errno::nxio;
            }
            return static_cast<std::uint64_t>(whence == SEEK_DATA ? offset : end);
        }
        default: return Errno::inval;
    }
    std::int64_t to = 0;
    if (__builtin_add_overflow(from, offset, &to) || to < 0) {
        return Errno::inval;
    }
    return static_cast<std::uint64_t>(to);
}

}  // namespace phx::fs
