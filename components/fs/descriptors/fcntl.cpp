// fcntl(2).
#include <fs/descriptors/descriptors.hpp>
#include <linux/capability.h>
#include <ports/descriptors.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

// What F_SETFL changes; the rest is silently left alone.
constexpr std::uint32_t k_changeable = O_APPEND | O_NONBLOCK | O_NDELAY | O_DIRECT | O_NOATIME | FASYNC;

Result<void> set_flags(File& file, std::uint32_t wanted) {
    if ((wanted & O_NOATIME) != 0 && (file.flags() & O_NOATIME) == 0) {
        const task::Credentials& who = *task::current_user().credentials.load(std::memory_order_relaxed);
        if (file.inode().access().uid != who.fsuid && !who.has(CAP_FOWNER)) {
            return Errno::perm;
        }
    }
    if ((wanted & O_DIRECT) != 0 && (file.flags() & O_DIRECT) == 0) {
        return Errno::inval;  // nothing here goes past the page cache
    }
    file.set_flags((file.flags() & ~k_changeable) | (wanted & k_changeable));
    return {};
}

}  // namespace

// Another thread may have closed the descriptor meanwhile, and so have let go of locks that were not there yet.
Result<void> DescriptorTables::record_lock(int fd, File& file, int command, UserPtr<void> argument) {
    auto* const locks = ports::descriptors::locks();
    if (locks == nullptr) {
        return Errno::nolck;
    }
    TRY(locks->record_lock(file, command, argument));
    FdTable& table = own_table();
    if ((command == F_SETLK || command == F_SETLKW) && table.is_shared() && table.find(fd).get() != &file &&
        file.inode().locks.load(std::memory_order_relaxed) != nullptr) {
        locks->release(file.inode(), &table);
        return Errno::badf;
    }
    return {};
}

Result<std::int64_t> DescriptorTables::sys_fcntl(int fd, std::uint32_t command, std::uint64_t argument) {
    const HeldFile file = get_any(fd);
    if (!file) {
        return Errno::badf;
    }
    const auto none = [](const Result<void>& result) -> Result<std::int64_t> {
        return result ? Result<std::int64_t>{std::int64_t{0}} : Result<std::int64_t>{result.error()};
    };
    // What an O_PATH descriptor can do.
    switch (command) {
        case F_DUPFD: return std::int64_t{TRY(duplicate(fd, argument & 0xffffffff, false))};
        case F_DUPFD_CLOEXEC: return std::int64_t{TRY(duplicate(fd, argument & 0xffffffff, true))};
        case F_GETFD: return std::int64_t{TRY(own_table().closes_on_exec(fd)) ? FD_CLOEXEC : 0};
        case F_SETFD: return none(own_table().set_close_on_exec(fd, (argument & FD_CLOEXEC) != 0));
        case F_GETFL: return static_cast<std::int64_t>(file->flags());
        default: break;
    }
    if (file->is_path_only()) {
        return Errno::badf;
    }
    switch (command) {
        case F_SETFL: return none(set_flags(*file, static_cast<std::uint32_t>(argument)));
        case F_GETLK:
        case F_SETLK:
        case F_SETLKW:
        case F_OFD_GETLK:
        case F_OFD_SETLK:
        case F_OFD_SETLKW:
            return none(record_lock(fd, *file, static_cast<int>(command), UserPtr<void>{argument}));
        case F_GETOWN: return std::int64_t{file->owner.load(std::memory_order_relaxed)};
        case F_SETOWN: file->owner.store(static_cast<std::int32_t>(argument), std::memory_order_relaxed); return std::int64_t{0};
        case F_GETOWN_EX: {
            const std::int32_t owner = file->owner.load(std::memory_order_relaxed);
            const f_owner_ex told{.type = owner < 0 ? F_OWNER_PGRP : F_OWNER_PID, .pid = owner < 0 ? -owner : owner};
            return none(vm::write(UserPtr<f_owner_ex>{argument}, told));
        }
        case F_SETOWN_EX: {
            const f_owner_ex asked = TRY(vm::read(UserPtr<f_owner_ex>{argument}));
            if (asked.type != F_OWNER_PID && asked.type != F_OWNER_PGRP && asked.type != F_OWNER_TID) {
                return Errno::inval;
            }
            file->owner.store(asked.type == F_OWNER_PGRP ? -asked.pid : asked.pid, std::memory_order_relaxed);
            return std::int64_t{0};
        }
        case F_GETSIG: return std::int64_t{0};
        case F_GETLEASE: return std::int64_t{F_UNLCK};
        default: return file->control(static_cast<int>(command), argument);
    }
}

}  // namespace phx::fs
