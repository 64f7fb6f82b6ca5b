#pragma once

#include <fs/interfaces/descriptors.hpp>

namespace phx::fs::archetype {

struct Descriptors {
    Result<FdTable*> create_table() { __builtin_trap(); }
    Result<FdTable*> copy_table(FdTable&) { __builtin_trap(); }
    void retain(FdTable&) { __builtin_trap(); }
    void release(FdTable&) { __builtin_trap(); }
    Result<void> unshare_table() { __builtin_trap(); }
    void close_on_exec() { __builtin_trap(); }
    Result<void> insert(FdTable&, int, Ref<File>) { __builtin_trap(); }
    HeldFile get(int) { __builtin_trap(); }
    HeldFile get_any(int) { __builtin_trap(); }
    Result<int> reserve(std::uint32_t, int) { __builtin_trap(); }
    void set(int, Ref<File>) { __builtin_trap(); }
    void cancel(int) { __builtin_trap(); }
    Result<int> install(Ref<File>, std::uint32_t) { __builtin_trap(); }
    Result<void> close(int) { __builtin_trap(); }
    Result<void> set_close_on_exec(int, bool) { __builtin_trap(); }
    Ref<File> find(FdTable&, int) { __builtin_trap(); }
    void visit(FdTable&, int, DescriptorVisitor&) { __builtin_trap(); }
    Result<FsContext*> create_context(const Path&) { __builtin_trap(); }
    Result<FsContext*> copy_context(FsContext&) { __builtin_trap(); }
    void retain(FsContext&) { __builtin_trap(); }
    void release(FsContext&) { __builtin_trap(); }
    Result<void> unshare_context() { __builtin_trap(); }
    Path root_of(FsContext&) { __builtin_trap(); }
    Path directory_of(FsContext&) { __builtin_trap(); }
    Place root_at(FsContext&) { __builtin_trap(); }
    Place directory_at(FsContext&) { __builtin_trap(); }
    Mode umask_of(FsContext&) { __builtin_trap(); }
    Mode set_umask(FsContext&, Mode) { __builtin_trap(); }
    void set_root(FsContext&, const Path&) { __builtin_trap(); }
    void set_directory(FsContext&, const Path&) { __builtin_trap(); }
    void replace_in(FsContext&, const Path&, const Path&) { __builtin_trap(); }
};

}  // namespace phx::fs::archetype
