// Advisory locks on files: of processes (fcntl(2), F_SETLK), of open files (F_OFD_SETLK, flock(2)).
#pragma once

#include <concepts>
#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/interfaces/file.hpp>

namespace phx::fs {

// Thread context; may sleep.
//   record_lock(file, command, argument)  F_GETLK, F_SETLK, F_SETLKW and their OFD_ kin of the running thread's process
//   whole_lock(file, operation)  flock(2)
//   release(inode, owner)        a process closes a descriptor of that file: its record locks go; `owner` is its table of descriptors. Called only
//                                while `inode.locks` is not null
//   release(file)                an open file ends: its own locks go
template <class T>
concept FileLocking = requires(T& locks, File& file, Inode& inode, int command, UserPtr<void> argument, const void* owner) {
    { locks.record_lock(file, command, argument) } -> std::same_as<Result<void>>;
    { locks.whole_lock(file, command) } -> std::same_as<Result<void>>;
    { locks.release(inode, owner) } -> std::same_as<void>;
    { locks.release(file) } -> std::same_as<void>;
};

}  // namespace phx::fs
