#include <fs/pipes/pipes.hpp>

#include <fs/pipes/pipe_file.hpp>
#include <memory/interfaces/context.hpp>
#include <params/pipes.hpp>
#include <ports/pipes.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {

// --- pipes without a name

Result<PipeSuper*> Pipes::super() {
    PipeSuper* super = super_.load(std::memory_order_acquire);
    if (super == nullptr) {
        PipeSuper* const made = TRY(memory::create<PipeSuper>(ports::pipes::heap(), memory::MaySleep{}));
        if (!super_.compare_exchange_strong(super, made, std::memory_order_acq_rel)) {
            memory::destroy(ports::pipes::heap(), made);
        } else {
            super = made;
        }
    }
    return super;
}

Result<void> Pipes::sys_pipe2(UserPtr<std::int32_t> to, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{O_CLOEXEC | O_NONBLOCK}) != 0) {
        return Errno::inval;
    }
    auto& heap = ports::pipes::heap();
    auto& descriptors = ports::pipes::descriptors();
    PipeSuper* const super = TRY(this->super());
    Pipe* const pipe = TRY(Pipe::create(params::pipes::capacity));
    const auto& who = *task::current_user().credentials.load(std::memory_order_relaxed);
    auto* clocks = ports::pipes::clocks();
    const Nanoseconds now = clocks != nullptr ? clocks->realtime() : Nanoseconds{};
    const auto made = memory::create<PipeInode>(heap, memory::MaySleep{}, *super, *pipe, who.fsuid, who.fsgid, now);
    if (!made) {
        pipe->destroy();
        return made.error();
    }
    const Ref<Inode> inode{Ref<PipeInode>::adopt(*made)};
    const std::uint32_t status = flags & O_NONBLOCK;
    Ref<File> reader = TRY(make_pipe_file(*pipe, *inode, O_RDONLY | status));
    Ref<File> writer = TRY(make_pipe_file(*pipe, *inode, O_WRONLY | status));
    const int first = TRY(descriptors.reserve(flags, 0));
    const Result<int> second = descriptors.reserve(flags, 0);
    if (!second) {
        descriptors.cancel(first);
        return second.error();
    }
    const std::int32_t both[] = {first, *second};
    if (const Result<void> told = vm::copy_out(to.address(), both, sizeof both); !told) {
        descriptors.cancel(first);
        descriptors.cancel(*second);
        return told;
    }
    descriptors.set(first, std::move(reader));
    descriptors.set(*second, std::move(writer));
    return {};
}

// --- FIFOs

// The inode's pipe, made if it has none, with one user more.
Result<Pipe*> Pipes::join(Inode& inode) {
    {
        const SpinGuard guard{lock_};
        if (Pipe* const pipe = inode.pipe.load(std::memory_order_relaxed)) {
            ++pipe->users;
            return pipe;
        }
    }
    Pipe* const made = TRY(Pipe::create(params::pipes::capacity));
    Pipe* pipe = nullptr;
    {
        const SpinGuard guard{lock_};
        pipe = inode.pipe.load(std::memory_order_relaxed);
        if (pipe == nullptr) {
            pipe = made;
            inode.pipe.store(pipe, std::memory_order_relaxed);
        }
        ++pipe->users;
    }
    if (pipe != made) {
        made->destroy();
    }
    return pipe;
}

void Pipes::leave(Inode& inode) {
    Pipe* pipe = nullptr;
    {
        const SpinGuard guard{lock_};
        pipe = inode.pipe.load(std::memory_order_relaxed);
        if (--pipe->users != 0) {
            return;
        }
        inode.pipe.store(nullptr, std::memory_order_relaxed);
    }
    pipe->destroy();
}

// fifo(7): each side waits for the other, unless it is opened for both or without waiting.
Result<Ref<File>> Pipes::open(Inode& inode, std::uint32_t flags) {
    Pipe* const pipe = TRY(join(inode));
    const std::uint32_t access = flags & O_ACCMODE;
    const bool nonblocking = (flags & O_NONBLOCK) != 0;
    if (access == O_WRONLY && nonblocking && pipe->readers() == 0) {
        leave(inode);
        return Errno::nxio;
    }
    Pipe::Seen before;
    Result<Ref<File>> file = make_pipe_file(*pipe, inode, flags, &before);
    if (!file) {
        leave(inode);
        return file;
    }
    if (nonblocking || access == O_RDWR) {
        return file;
    }
    const Result<void> came = access == O_RDONLY ? pipe->wait_for_writer(before) : pipe->wait_for_reader(before);
    if (!came) {
        return came.error();
    }
    return file;
}

}  // namespace phx::fs
