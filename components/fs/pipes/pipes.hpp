// Pipes without a name, and those that file systems have names for.
#pragma once

#include <atomic>

#include <base/user.hpp>
#include <fs/interfaces/fifos.hpp>
#include <fs/pipes/pipe.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>

namespace phx::fs {

class PipeSuper;

class Pipes {
public:
    constexpr Pipes() = default;

    // Fifos
    Result<Ref<File>> open(Inode& inode, std::uint32_t flags);

    Result<void> sys_pipe2(UserPtr<std::int32_t> to, std::uint32_t flags);

    // An open FIFO, or an attempt at one, is over.
    void leave(Inode& inode);

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("fifos");

    Result<Pipe*> join(Inode& inode);
    Result<PipeSuper*> super();

    SpinLock lock_{k_class};  // of Inode::pipe and Pipe::users of FIFOs
    std::atomic<PipeSuper*> super_{nullptr};
};

}  // namespace phx::fs
