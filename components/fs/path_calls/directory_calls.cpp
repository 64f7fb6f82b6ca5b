// chdir(2), getcwd(2).
#include <fs/file_objects/user_path.hpp>
#include <fs/path_calls/path_calls.hpp>
#include <fs/path_calls/start.hpp>
#include <linux/limits.h>
#include <memory/interfaces/context.hpp>
#include <task/interfaces/process.hpp>

namespace phx::fs {

Result<void> PathCalls::enter(const Path& directory) {
    TRY(ports::path_calls::vfs().may(directory, 1));
    ports::path_calls::descriptors().set_directory(*task::current_user().context, directory);
    return {};
}

Result<void> PathCalls::sys_chdir(UserPtr<const char> path) {
    return enter(TRY(path_at(AT_FDCWD, path, 0, Walk::follow_last | Walk::must_be_directory)));
}

Result<void> PathCalls::sys_fchdir(int fd) {
    const HeldFile file = ports::path_calls::descriptors().get_any(fd);
    if (!file) {
        return Errno::badf;
    }
    if (!file->inode().is_directory() || !file->path()) {
        return Errno::notdir;
    }
    return enter(file->path());
}

// The length with its 0 (the call itself, not the C library's function).
Result<std::size_t> PathCalls::sys_getcwd(UserPtr<char> to, std::size_t size) {
    auto& vfs = ports::path_calls::vfs();
    auto& heap = ports::path_calls::heap();
    const Path directory = ports::path_calls::descriptors().directory_of(*task::current_user().context);
    if (!vfs.is_reachable(directory)) {
        return Errno::noent;
    }
    const auto hand_over = [&](std::span<char> room) -> Result<std::size_t> {
        const std::string_view name = TRY(vfs.name_of(directory, room.first(room.size() - 1)));
        room.back() = '\0';  // the name ends before it
        if (name.size() + 1 > size) {
            return Errno::range;
        }
        TRY(vm::copy_out(to.address(), name.data(), name.size() + 1));
        return name.size() + 1;
    };
    std::array<char, 256> buffer;
    Result<std::size_t> told = hand_over(buffer);
    if (!told && told.error() == Errno::nametoolong) {
        void* const room = TRY(memory::allocate(heap, PATH_MAX, 1, memory::MaySleep{}));
        told = hand_over({static_cast<char*>(room), PATH_MAX});
        heap.free(room, PATH_MAX);
    }
    return told;
}

}  // namespace phx::fs
