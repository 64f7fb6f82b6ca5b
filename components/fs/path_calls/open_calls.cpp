// open(2), openat2(2).
#include <fs/file_objects/user_path.hpp>
#include <fs/path_calls/path_calls.hpp>
#include <fs/path_calls/start.hpp>
#include <linux/openat2.h>
#include <task/interfaces/process.hpp>

namespace phx::fs {
namespace {

// What Linux 6.1 knows (VALID_OPEN_FLAGS); openat2(2) refuses others, openat(2) ignores them.
constexpr std::uint32_t k_known = O_RDONLY | O_WRONLY | O_RDWR | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NDELAY | O_NONBLOCK |
                                  __O_SYNC | O_DSYNC | FASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC |
                                  O_PATH | __O_TMPFILE;
constexpr std::uint32_t k_with_path = O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC;
constexpr std::size_t k_first_size = 24;  // of open_how, in the first Linux that had it
constexpr std::uint64_t k_known_resolve =
    RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_CACHED;

}  // namespace

// The number is taken last: nothing can go wrong after that.
Result<int> PathCalls::open(Base base, std::string_view path, std::uint32_t flags, Mode mode, Walk walk) {
    auto& descriptors = ports::path_calls::descriptors();
    const int fd = TRY(descriptors.reserve(flags, 0));
    Result<Ref<File>> file = ports::path_calls::vfs().open(base, path, flags, mode, walk);
    if (!file) [[unlikely]] {
        descriptors.cancel(fd);
        return file.error();
    }
    descriptors.set(fd, std::move(*file));
    return fd;
}

Result<int> PathCalls::sys_openat(int directory, UserPtr<const char> path, std::uint32_t flags, Mode mode) {
    flags &= k_known;
    if ((flags & (O_CREAT | __O_TMPFILE | O_PATH | __O_SYNC)) != 0) [[unlikely]] {
        if ((flags & O_PATH) != 0) {
            flags &= k_with_path;
        }
        if ((flags & __O_TMPFILE) != 0 && (flags & (O_DIRECTORY | O_CREAT)) != O_DIRECTORY) {
            return Errno::inval;
        }
        if ((flags & __O_SYNC) != 0) {
            flags |= O_DSYNC;
        }
        mode &= 07777 & ~ports::path_calls::descriptors().umask_of(*task::current_user().context);
    }
    UserPath text;
    const std::string_view name = TRY(text.read(path));
    Start start;
    return open(TRY(start.at(directory, name)), name, flags, mode, Walk{0});
}

Result<int> PathCalls::sys_openat2(int directory, UserPtr<const char> path, UserPtr<open_how> how, std::size_t size) {
    if (size < k_first_size) {
        return Errno::inval;
    }
    if (size > k_page_size) {
        return Errno::toobig;
    }
    const open_how asked = TRY(vm::read(how));
    // What a newer program asks for beyond that must be nothing.
    for (std::size_t at = sizeof asked; at < size; ++at) {
        if (TRY(vm::read(how.as<std::uint8_t>() + at)) != 0) {
            return Errno::toobig;
        }
    }
    auto flags = static_cast<std::uint32_t>(asked.flags);
    if ((asked.flags & ~std::uint64_t{k_known}) != 0 || (asked.resolve & ~k_known_resolve) != 0) {
        return Errno::inval;
    }
    if ((asked.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) {
        return Errno::inval;
    }
    const bool creates = (flags & (O_CREAT | __O_TMPFILE)) != 0;
    if ((asked.mode & ~std::uint64_t{07777}) != 0 || (!creates && asked.mode != 0)) {
        return Errno::inval;
    }
    if ((flags & __O_TMPFILE) != 0 && ((flags & (O_DIRECTORY | O_CREAT)) != O_DIRECTORY || (flags & O_ACCMODE) == O_RDONLY)) {
        return Errno::inval;
    }
    if ((flags & O_PATH) != 0 && (flags & ~k_with_path) != 0) {
        return Errno::inval;
    }
    if ((flags & __O_SYNC) != 0) {
        flags |= O_DSYNC;
    }
    Walk walk{0};
    const auto add = [&](std::uint64_t asked_for, std::uint32_t flag) {
        if ((asked.resolve & asked_for) != 0) {
            walk.flags |= flag;
        }
    };
    add(RESOLVE_NO_XDEV, Walk::no_crossing);
    add(RESOLVE_NO_MAGICLINKS, Walk::no_magic_links);
    add(RESOLVE_NO_SYMLINKS, Walk::no_links);
    add(RESOLVE_BENEATH, Walk::beneath);
    add(RESOLVE_IN_ROOT, Walk::in_root);
    add(RESOLVE_CACHED, Walk::cached_only);
    if ((asked.resolve & RESOLVE_CACHED) != 0 && (flags & (O_TRUNC | O_CREAT | __O_TMPFILE)) != 0) {
        return Errno::again;
    }
    const auto mode = static_cast<Mode>(asked.mode) & ~ports::path_calls::descriptors().umask_of(*task::current_user().context);
    UserPath text;
    const std::string_view name = TRY(text.read(path));
    Start start;
    // A path that looks absolute begins at the directory all the same, where that is the root.
    const Base base = TRY((asked.resolve & RESOLVE_IN_ROOT) != 0 ? start.at(directory, "") : start.at(directory, name));
    return open(base, name, flags, mode, walk);
}

}  // namespace phx::fs
