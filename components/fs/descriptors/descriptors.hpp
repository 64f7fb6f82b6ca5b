// What processes keep of files: descriptors, and where paths begin. Also the system calls that concern nothing else.
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/descriptors/fd_table.hpp>
#include <fs/descriptors/fs_context.hpp>
#include <fs/interfaces/descriptors.hpp>
#include <task/interfaces/process.hpp>

namespace phx::fs {

class DescriptorTables {
public:
    constexpr DescriptorTables() = default;

    // Descriptors
    Result<FdTable*> create_table();
    Result<FdTable*> copy_table(FdTable& table);
    void retain(FdTable& table) { table.retain(); }
    void release(FdTable& table);
    Result<void> unshare_table();
    void close_on_exec();
    Result<void> insert(FdTable& table, int fd, Ref<File> file);
    [[gnu::always_inline]] HeldFile get(int fd) {
        HeldFile file = get_any(fd);
        if (file && file->is_path_only()) [[unlikely]] {
            return {};
        }
        return file;
    }
    [[gnu::always_inline]] HeldFile get_any(int fd) {
        FdTable& table = own_table();
        return table.is_shared() ? HeldFile::owned(table.find(fd).release()) : HeldFile::borrowed(table.peek(fd));
    }
    Result<int> reserve(std::uint32_t flags, int lowest);
    void set(int fd, Ref<File> file) { own_table().set(fd, std::move(file)); }
    void cancel(int fd) { own_table().release(fd); }
    Result<int> install(Ref<File> file, std::uint32_t flags);
    Result<void> close(int fd);
    Result<void> set_close_on_exec(int fd, bool to) { return own_table().set_close_on_exec(fd, to); }
    Ref<File> find(FdTable& table, int fd) { return table.find(fd); }
    void visit(FdTable& table, int first, DescriptorVisitor& visitor);

    Result<FsContext*> create_context(const Path& root);
    Result<FsContext*> copy_context(FsContext& context);
    void retain(FsContext& context) { context.retain(); }
    void release(FsContext& context);
    Result<void> unshare_context();
    Path root_of(FsContext& context) { return context.root(); }
    Path directory_of(FsContext& context) { return context.directory(); }
    Place root_at(FsContext& context) { return context.root_at(); }
    Place directory_at(FsContext& context) { return context.directory_at(); }
    Mode umask_of(FsContext& context) { return context.umask(); }
    Mode set_umask(FsContext& context, Mode to) { return context.set_umask(to); }
    void set_root(FsContext& context, const Path& path) { const Path before = context.set_root(path); }
    void set_directory(FsContext& context, const Path& path) { const Path before = context.set_directory(path); }
    void replace_in(FsContext& context, const Path& from, const Path& to);

    // System calls
    Result<void> sys_close(int fd) { return close(fd); }
    Result<int> sys_dup(int fd);
    Result<int> sys_dup3(int from, int to, int flags);
    Result<std::int64_t> sys_fcntl(int fd, std::uint32_t command, std::uint64_t argument);
    Result<void> sys_close_range(std::uint32_t first, std::uint32_t last, std::uint32_t flags);
    Result<Mode> sys_umask(Mode mask);

private:
    [[nodiscard]] static FdTable& own_table() { return *task::current_user().files; }
    [[nodiscard]] static std::uint64_t limit();
    Result<int> duplicate(int fd, std::uint64_t lowest, bool close_on_exec);
    Result<void> record_lock(int fd, File& file, int command, UserPtr<void> argument);
    // Out of a table: its owner's record locks on the file go too (fcntl(2)).
    void drop(const FdTable& table, Ref<File> file);
};

}  // namespace phx::fs
