#include <fs/xattr_calls/xattr_calls.hpp>

#include <array>
#include <cstddef>

#include <fs/file_objects/user_path.hpp>
#include <fs/interfaces/descriptors.hpp>
#include <linux/capability.h>
#include <linux/limits.h>
#include <linux/xattr.h>
#include <memory/interfaces/context.hpp>
#include <ports/xattr_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

using Bytes = UserPtr<const std::byte>;

class AttributeName {
public:
    // ERANGE: empty, or too long.
    Result<std::string_view> read(UserPtr<const char> from) {
        const Result<std::string_view> text = vm::string_in(text_, from);
        if (!text) {
            return text.error() == Errno::nametoolong ? Errno::range : text.error();
        }
        return text->empty() ? Result<std::string_view>{Errno::range} : text;
    }

private:
    std::array<char, XATTR_NAME_MAX + 1> text_;
};

// Memory for a value or a list, none for size 0.
class Room {
public:
    Room() = default;
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    ~Room() {
        if (memory_ != nullptr) {
            ports::xattr_calls::heap().free(memory_, size_);
        }
    }
    Result<char*> get(std::size_t size) {
        if (size != 0) {
            memory_ = static_cast<char*>(TRY(memory::allocate(ports::xattr_calls::heap(), size, 1, memory::MaySleep{})));
            size_ = size;
        }
        return memory_;
    }

private:
    char* memory_ = nullptr;
    std::size_t size_ = 0;
};

// Who may read or write an attribute of that name (xattr(7)).
Result<void> check(const Path& path, std::string_view name, bool writes) {
    const task::Credentials& who = *task::current_user().credentials.load(std::memory_order_relaxed);
    Inode& inode = path.inode();
    if (writes && path.mount() != nullptr && (path.mount()->flags() & MS_RDONLY) != 0) {
        return Errno::rofs;
    }
    if (name.starts_with(XATTR_SECURITY_PREFIX)) {
        const unsigned needed = name == XATTR_NAME_CAPS ? CAP_SETFCAP : CAP_SYS_ADMIN;
        return writes && !who.has(needed) ? Result<void>{Errno::perm} : Result<void>{};
    }
    if (name.starts_with(XATTR_SYSTEM_PREFIX)) {
        return writes && inode.access().uid != who.fsuid && !who.has(CAP_FOWNER) ? Result<void>{Errno::perm} : Result<void>{};
    }
    if (name.starts_with(XATTR_TRUSTED_PREFIX)) {
        return who.has(CAP_SYS_ADMIN) ? Result<void>{} : Result<void>{writes ? Errno::perm : Errno::nodata};
    }
    if (!name.starts_with(XATTR_USER_PREFIX)) {
        return Errno::opnotsupp;
    }
    if (!inode.is_regular() && !inode.is_directory()) {
        return writes ? Errno::perm : Errno::nodata;
    }
    const Inode::Access access = inode.access();
    if (writes && inode.is_directory() && (access.mode & S_ISVTX) != 0 && access.uid != who.fsuid && !who.has(CAP_FOWNER)) {
        return Errno::perm;
    }
    return ports::xattr_calls::vfs().may(path, writes ? 2 : 4);
}

Result<Path> resolve(UserPtr<const char> from, std::uint32_t walk) {
    UserPath text;
    return ports::xattr_calls::vfs().resolve(nullptr, TRY(text.read(from)), {walk});
}

Result<Path> path_of(int fd) {
    const HeldFile file = ports::xattr_calls::descriptors().get(fd);
    if (!file) {
        return Errno::badf;
    }
    return ports::xattr_calls::vfs().path_of(*file);
}

}  // namespace

Result<void> XattrCalls::set(const Path& path, UserPtr<const char> name, Bytes value, std::size_t size, int flags) {
    if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) != 0) {
        return Errno::inval;
    }
    AttributeName text;
    const std::string_view key = TRY(text.read(name));
    if (size > XATTR_SIZE_MAX) {
        return Errno::toobig;
    }
    Room room;
    char* const bytes = TRY(room.get(size));
    TRY(vm::copy_in(bytes, value.address(), size));
    TRY(check(path, key, true));
    const WriteGuard guard{path.inode().entries};
    return path.inode().set_attribute(key, bytes, size, flags);
}

Result<std::size_t> XattrCalls::get(const Path& path, UserPtr<const char> name, UserPtr<void> value, std::size_t size) {
    AttributeName text;
    const std::string_view key = TRY(text.read(name));
    size = size > XATTR_SIZE_MAX ? XATTR_SIZE_MAX : size;
    TRY(check(path, key, false));
    Room room;
    char* const bytes = TRY(room.get(size));
    std::size_t whole = 0;
    {
        const ReadGuard guard{path.inode().entries};
        whole = TRY(path.inode().get_attribute(key, bytes, size));
    }
    if (size != 0) {
        TRY(vm::copy_out(value.address(), bytes, whole));
    }
    return whole;
}

Result<std::size_t> XattrCalls::list(const Path& path, UserPtr<char> to, std::size_t size) {
    size = size > XATTR_LIST_MAX ? XATTR_LIST_MAX : size;
    Room room;
    char* const names = TRY(room.get(size));
    std::size_t whole = 0;
    {
        const ReadGuard guard{path.inode().entries};
        whole = TRY(path.inode().list_attributes(names, size));
    }
    if (size != 0) {
        TRY(vm::copy_out(to.address(), names, whole));
    }
    return whole;
}

Result<void> XattrCalls::remove(const Path& path, UserPtr<const char> name) {
    AttributeName text;
    const std::string_view key = TRY(text.read(name));
    TRY(check(path, key, true));
    const WriteGuard guard{path.inode().entries};
    return path.inode().remove_attribute(key);
}

Result<void> XattrCalls::sys_setxattr(UserPtr<const char> path, UserPtr<const char> name, Bytes value, std::size_t size, int flags) {
    return set(TRY(resolve(path, Walk::follow_last)), name, value, size, flags);
}
Result<void> XattrCalls::sys_lsetxattr(UserPtr<const char> path, UserPtr<const char> name, Bytes value, std::size_t size, int flags) {
    return set(TRY(resolve(path, 0)), name, value, size, flags);
}
Result<void> XattrCalls::sys_fsetxattr(int fd, UserPtr<const char> name, Bytes value, std::size_t size, int flags) {
    return set(TRY(path_of(fd)), name, value, size, flags);
}
Result<std::size_t> XattrCalls::sys_getxattr(UserPtr<const char> path, UserPtr<const char> name, UserPtr<void> value, std::size_t size) {
    return get(TRY(resolve(path, Walk::follow_last)), name, value, size);
}
Result<std::size_t> XattrCalls::sys_lgetxattr(UserPtr<const char> path, UserPtr<const char> name, UserPtr<void> value, std::size_t size) {
    return get(TRY(resolve(path, 0)), name, value, size);
}
Result<std::size_t> XattrCalls::sys_fgetxattr(int fd, UserPtr<const char> name, UserPtr<void> value, std::size_t size) {
    return get(TRY(path_of(fd)), name, value, size);
}
Result<std::size_t> XattrCalls::sys_listxattr(UserPtr<const char> path, UserPtr<char> to, std::size_t size) {
    return list(TRY(resolve(path, Walk::follow_last)), to, size);
}
Result<std::size_t> XattrCalls::sys_llistxattr(UserPtr<const char> path, UserPtr<char> to, std::size_t size) {
    return list(TRY(resolve(path, 0)), to, size);
}
Result<std::size_t> XattrCalls::sys_flistxattr(int fd, UserPtr<char> to, std::size_t size) {
    return list(TRY(path_of(fd)), to, size);
}
Result<void> XattrCalls::sys_removexattr(UserPtr<const char> path, UserPtr<const char> name) {
    return remove(TRY(resolve(path, Walk::follow_last)), name);
}
Result<void> XattrCalls::sys_lremovexattr(UserPtr<const char> path, UserPtr<const char> name) {
    return remove(TRY(resolve(path, 0)), name);
}
Result<void> XattrCalls::sys_fremovexattr(int fd, UserPtr<const char> name) {
    return remove(TRY(path_of(fd)), name);
}

}  // namespace phx::fs
