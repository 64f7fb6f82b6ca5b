#pragma once

#include <fs/interfaces/file_locking.hpp>

namespace phx::fs::archetype {

struct FileLocking {
    Result<void> record_lock(File&, int, UserPtr<void>) { __builtin_trap(); }
    Result<void> whole_lock(File&, int) { __builtin_trap(); }
    void release(Inode&, const void*) { __builtin_trap(); }
    void release(File&) { __builtin_trap(); }
};

}  // namespace phx::fs::archetype
