#pragma once

#include <fs/interfaces/vfs.hpp>

namespace phx::fs::archetype {

struct Vfs {
    Result<Path> resolve(Base, std::string_view, Walk) { __builtin_trap(); }
    Result<Ref<File>> open(Base, std::string_view, std::uint32_t, Mode, Walk) { __builtin_trap(); }
    Result<Ref<File>> open_path(const Path&, std::uint32_t) { __builtin_trap(); }
    Result<void> make(Base, std::string_view, Mode, Device) { __builtin_trap(); }
    Result<void> symlink(std::string_view, Base, std::string_view) { __builtin_trap(); }
    Result<void> link(const Path&, Base, std::string_view) { __builtin_trap(); }
    Result<void> remove(Base, std::string_view, std::uint32_t) { __builtin_trap(); }
    Result<void> rename(Base, std::string_view, Base, std::string_view, std::uint32_t) { __builtin_trap(); }
    Result<void> set_attributes(const Path&, const AttributeChange&) { __builtin_trap(); }
    Result<void> may(const Path&, Mode) { __builtin_trap(); }
    Result<void> mount(std::string_view, const Path&, std::string_view, std::uint32_t, std::string_view) { __builtin_trap(); }
    Result<void> unmount(const Path&, std::uint32_t) { __builtin_trap(); }
    Result<void> pivot_root(const Path&, const Path&) { __builtin_trap(); }
    Result<std::string_view> name_of(const Path&, std::span<char>) { __builtin_trap(); }
    bool is_reachable(const Path&) { __builtin_trap(); }
    Result<Path> path_of(File&) { __builtin_trap(); }
    Path root() { __builtin_trap(); }
    void visit_mounts(MountVisitor&) { __builtin_trap(); }
    void visit_types(FileSystemVisitor&) { __builtin_trap(); }
    void sync() { __builtin_trap(); }
    void end(Dentry&) { __builtin_trap(); }
    void end(Mount&) { __builtin_trap(); }
};

}  // namespace phx::fs::archetype
