// mkdir(2), mknod(2), unlink(2), link(2), symlink(2), rename(2).
#include <fs/file_objects/user_path.hpp>
#include <fs/path_calls/path_calls.hpp>
#include <fs/path_calls/start.hpp>
#include <linux/capability.h>
#include <task/interfaces/process.hpp>

namespace phx::fs {
namespace {

[[nodiscard]] Mode without_umask(Mode mode) {
    return mode & ~ports::path_calls::descriptors().umask_of(*task::current_user().context);
}

}  // namespace

Result<void> PathCalls::sys_mkdirat(int directory, UserPtr<const char> path, Mode mode) {
    UserPath text;
    const std::string_view name = TRY(text.read(path));
    Start start;
    const Base base = TRY(start.at(directory, name));
    return ports::path_calls::vfs().make(base, name, S_IFDIR | without_umask(mode & 01777), 0);
}

Result<void> PathCalls::sys_mknodat(int directory, UserPtr<const char> path, Mode mode, std::uint32_t device) {
    if ((mode & S_IFMT) == S_IFDIR) {
        return Errno::perm;
    }
    UserPath text;
    const std::string_view name = TRY(text.read(path));
    Start start;
    const Base base = TRY(start.at(directory, name));
    // makedev(3) the other way round.
    const Device decoded = make_device((device & 0xfff00) >> 8, (device & 0xff) | (device >> 12 & 0xfff00));
    return ports::path_calls::vfs().make(base, name, (mode & S_IFMT) | without_umask(mode & 07777), decoded);
}

Result<void> PathCalls::sys_unlinkat(int directory, UserPtr<const char> path, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{AT_REMOVEDIR}) != 0) {
        return Errno::inval;
    }
    UserPath text;
    const std::string_view name = TRY(text.read(path));
    Start start;
    return ports::path_calls::vfs().remove(TRY(start.at(directory, name)), name, flags);
}

Result<void> PathCalls::sys_linkat(int from_directory, UserPtr<const char> from, int to_directory, UserPtr<const char> to, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{AT_SYMLINK_FOLLOW | AT_EMPTY_PATH}) != 0) {
        return Errno::inval;
    }
    const task::Credentials& who = *task::current_user().credentials.load(std::memory_order_relaxed);
    if ((flags & AT_EMPTY_PATH) != 0 && !who.has(CAP_DAC_READ_SEARCH)) {
        return Errno::noent;
    }
    const Path existing = TRY(path_at(from_directory, from, flags, (flags & AT_SYMLINK_FOLLOW) != 0 ? Walk::follow_last : 0));
    UserPath text;
    const std::string_view name = TRY(text.read(to));
    Start start;
    return ports::path_calls::vfs().link(existing, TRY(start.at(to_directory, name)), name);
}

Result<void> PathCalls::sys_symlinkat(UserPtr<const char> target, int directory, UserPtr<const char> path) {
    UserPath target_text;
    const std::string_view leads_to = TRY(target_text.read(target));
    UserPath text;
    const std::string_view name = TRY(text.read(path));
    Start start;
    return ports::path_calls::vfs().symlink(leads_to, TRY(start.at(directory, name)), name);
}

Result<void> PathCalls::sys_renameat(int from_directory, UserPtr<const char> from, int to_directory, UserPtr<const char> to) {
    return sys_renameat2(from_directory, from, to_directory, to, 0);
}

Result<void> PathCalls::sys_renameat2(int from_directory, UserPtr<const char> from, int to_directory, UserPtr<const char> to, std::uint32_t flags) {
    UserPath from_text;
    const std::string_view from_name = TRY(from_text.read(from));
    UserPath to_text;
    const std::string_view to_name = TRY(to_text.read(to));
    Start from_start;
    Start to_start;
    const Base from_base = TRY(from_start.at(from_directory, from_name));
    const Base to_base = TRY(to_start.at(to_directory, to_name));
    return ports::path_calls::vfs().rename(from_base, from_name, to_base, to_name, flags);
}

}  // namespace phx::fs
