// Mounts that cannot be written to.
#pragma once

#include <fs/interfaces/path.hpp>
#include <fs/interfaces/inode.hpp>

namespace phx::fs {

[[nodiscard]] inline bool is_read_only(const Path& path) {
    return path.mount() != nullptr && (path.mount()->flags() & MS_RDONLY) != 0;
}

// What it keeps from being written: what a device or a pipe leads to lies elsewhere.
[[nodiscard]] inline bool is_content(const Inode& inode) {
    return inode.is_regular() || inode.is_directory() || inode.is_symlink();
}

}  // namespace phx::fs
