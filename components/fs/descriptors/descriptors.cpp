#include <fs/descriptors/descriptors.hpp>

#include <linux/close_range.h>
#include <asm/resource.h>
#include <memory/interfaces/context.hpp>
#include <ports/descriptors.hpp>

namespace phx::fs {

std::uint64_t DescriptorTables::limit() {
    return task::current_process().limits[RLIMIT_NOFILE].soft;
}

void DescriptorTables::drop(const FdTable& table, Ref<File> file) {
    if (file->inode().locks.load(std::memory_order_relaxed) != nullptr) [[unlikely]] {
        if (auto* locks = ports::descriptors::locks()) {
            locks->release(file->inode(), &table);
        }
    }
}

// --- tables

Result<FdTable*> DescriptorTables::create_table() {
    return memory::create<FdTable>(ports::descriptors::heap(), memory::MaySleep{});
}

Result<FdTable*> DescriptorTables::copy_table(FdTable& table) {
    FdTable* const copy = TRY(create_table());
    const Result<void> done = copy->copy_from(table);
    if (!done) {
        put(*copy);
        return done.error();
    }
    return copy;
}

void DescriptorTables::release(FdTable& table) {
    if (!table.drop()) {
        return;
    }
    for (int fd = -1; (fd = table.next(static_cast<std::uint32_t>(fd + 1), false)) >= 0;) {
        drop(table, table.remove(fd));
    }
    table.end();
}

Result<void> DescriptorTables::unshare_table() {
    task::UserThread& thread = task::current_user();
    if (thread.files->is_shared()) {
        FdTable* const own = TRY(copy_table(*thread.files));
        FdTable* before = nullptr;
        {
            const SpinGuard guard{thread.process->lock};
            before = std::exchange(thread.files, own);
        }
        release(*before);
    }
    return {};
}

void DescriptorTables::close_on_exec() {
    FdTable& table = own_table();
    for (int fd = -1; (fd = table.next(static_cast<std::uint32_t>(fd + 1), true)) >= 0;) {
        drop(table, table.remove(fd));
    }
}

Result<void> DescriptorTables::insert(FdTable& table, int fd, Ref<File> file) {
    if (fd < 0) {
        return Errno::badf;
    }
    const auto number = static_cast<std::uint32_t>(fd);
    TRY(table.grow(number));
    Ref<File> before;
    return table.take_at(number, false, std::move(file), before);
}

Result<int> DescriptorTables::reserve(std::uint32_t flags, int lowest) {
    FdTable& table = own_table();
    const std::uint64_t most = limit();
    for (;;) {
        const Result<int> fd = table.take(static_cast<std::uint32_t>(lowest), most, (flags & O_CLOEXEC) != 0);
        if (fd || fd.error() != Errno::again) [[likely]] {
            return fd;
        }
        TRY(table.grow_by_one(static_cast<std::uint32_t>(lowest)));
    }
}

Result<int> DescriptorTables::install(Ref<File> file, std::uint32_t flags) {
    const int fd = TRY(reserve(flags, 0));
    set(fd, std::move(file));
    return fd;
}

Result<void> DescriptorTables::close(int fd) {
    FdTable& table = own_table();
    Ref<File> file = table.remove(fd);
    if (!file) {
        return Errno::badf;
    }
    drop(table, std::move(file));
    return {};
}

void DescriptorTables::visit(FdTable& table, int first, DescriptorVisitor& visitor) {
    table.for_each(static_cast<std::uint32_t>(first),
                   [&](int fd, File& file, bool close_on_exec) { return visitor.descriptor(fd, file, close_on_exec); });
}

// --- root, working directory, umask

Result<FsContext*> DescriptorTables::create_context(const Path& root) {
    return memory::create<FsContext>(ports::descriptors::heap(), memory::MaySleep{}, root, root, Mode{022});
}

Result<FsContext*> DescriptorTables::copy_context(FsContext& context) {
    return memory::create<FsContext>(ports::descriptors::heap(), memory::MaySleep{}, context.root(), context.directory(), context.umask());
}

void DescriptorTables::release(FsContext& context) {
    put(context);
}

Result<void> DescriptorTables::unshare_context() {
    task::UserThread& thread = task::current_user();
    if (thread.context->references() > 1) {
        FsContext* const own = TRY(copy_context(*thread.context));
        FsContext* before = nullptr;
        {
            const SpinGuard guard{thread.process->lock};
            before = std::exchange(thread.context, own);
        }
        release(*before);
    }
    return {};
}

void DescriptorTables::replace_in(FsContext& context, const Path& from, const Path& to) {
    if (context.root() == from) {
        set_root(context, to);
    }
    if (context.directory() == from) {
        set_directory(context, to);
    }
}

Result<Mode> DescriptorTables::sys_umask(Mode mask) {
    return set_umask(*task::current_user().context, mask & 0777);
}

// --- dup(2), close_range(2)

Result<int> DescriptorTables::duplicate(int fd, std::uint64_t lowest, bool close_on_exec) {
    const HeldFile file = get_any(fd);
    if (!file) {
        return Errno::badf;
    }
    if (lowest >= limit()) {
        return Errno::inval;
    }
    const int copy = TRY(reserve(close_on_exec ? O_CLOEXEC : 0, static_cast<int>(lowest)));
    set(copy, file.share());
    return copy;
}

Result<int> DescriptorTables::sys_dup(int fd) {
    const Result<int> copy = duplicate(fd, 0, false);
    return !copy && copy.error() == Errno::inval ? Errno::mfile : copy;
}

Result<int> DescriptorTables::sys_dup3(int from, int to, int flags) {
    if ((flags & ~O_CLOEXEC) != 0 || from == to) {
        return Errno::inval;
    }
    if (static_cast<std::uint32_t>(to) >= limit()) {
        return Errno::badf;
    }
    FdTable& table = own_table();
    const HeldFile file = get_any(from);
    if (!file) {
        return Errno::badf;
    }
    Ref<File> before;
    for (;;) {
        const Result<void> done = table.take_at(static_cast<std::uint32_t>(to), (flags & O_CLOEXEC) != 0, file.share(), before);
        if (done) {
            break;
        }
        if (done.error() != Errno::again) {
            return done.error();
        }
        TRY(table.grow(static_cast<std::uint32_t>(to)));
    }
    if (before) {
        drop(table, std::move(before));
    }
    return to;
}

Result<void> DescriptorTables::sys_close_range(std::uint32_t first, std::uint32_t last, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC}) != 0 || first > last) {
        return Errno::inval;
    }
    if ((flags & CLOSE_RANGE_UNSHARE) != 0) {
        TRY(unshare_table());
    }
    FdTable& table = own_table();
    if (last > INT32_MAX) {
        last = INT32_MAX;
    }
    for (std::uint32_t at = first; at <= last; ++at) {
        const int fd = table.next(at, false);
        if (fd < 0 || static_cast<std::uint32_t>(fd) > last) {
            break;
        }
        at = static_cast<std::uint32_t>(fd);
        if ((flags & CLOSE_RANGE_CLOEXEC) != 0) {
            [[maybe_unused]] const Result<void> done = table.set_close_on_exec(fd, true);
        } else if (Ref<File> file = table.remove(fd)) {
            drop(table, std::move(file));
        }
    }
    return {};
}

}  // namespace phx::fs
