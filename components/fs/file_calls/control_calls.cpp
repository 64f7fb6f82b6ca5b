// ioctl(2), flock(2).
#include <asm/ioctls.h>
#include <fs/file_calls/file_calls.hpp>
#include <fs/file_calls/moving.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

// FIONBIO, FIOASYNC.
Result<void> set_flag(File& file, std::uint64_t argument, std::uint32_t flag) {
    const int wanted = TRY(vm::read(UserPtr<int>{argument}));
    file.set_flags(wanted != 0 ? file.flags() | flag : file.flags() & ~flag);
    return {};
}

}  // namespace

// What every file can do; the rest is the file's own (ioctl_list(2)).
Result<std::int64_t> FileCalls::sys_ioctl(int fd, std::uint32_t request, std::uint64_t argument) {
    auto& descriptors = ports::file_calls::descriptors();
    const HeldFile file = descriptors.get(fd);
    if (!file) {
        return Errno::badf;
    }
    const auto none = [](const Result<void>& result) -> Result<std::int64_t> {
        return result ? Result<std::int64_t>{std::int64_t{0}} : Result<std::int64_t>{result.error()};
    };
    switch (request) {
        case FIOCLEX: return none(descriptors.set_close_on_exec(fd, true));
        case FIONCLEX: return none(descriptors.set_close_on_exec(fd, false));
        case FIONBIO: return none(set_flag(*file, argument, O_NONBLOCK));
        case FIOASYNC: return none(set_flag(*file, argument, FASYNC));
        case FIOQSIZE:
            if (file->inode().is_regular() || file->inode().is_directory() || file->inode().is_symlink()) {
                return none(vm::write(UserPtr<std::int64_t>{argument}, static_cast<std::int64_t>(file->inode().attributes().size)));
            }
            return Errno::notty;
        case FIONREAD:
            if (file->inode().is_regular()) {
                const auto left = static_cast<std::int64_t>(file->inode().attributes().size - file->position);
                return none(vm::write(UserPtr<int>{argument}, static_cast<int>(left)));
            }
            break;
        default: break;
    }
    return file->ioctl(request, argument);
}

Result<void> FileCalls::sys_flock(int fd, std::uint32_t operation) {
    const HeldFile file = ports::file_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    if (auto* locks = ports::file_calls::locks()) {
        return locks->whole_lock(*file, static_cast<int>(operation));
    }
    return Errno::nolck;
}

}  // namespace phx::fs
