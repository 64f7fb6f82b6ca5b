#include <fs/pipes/pipe_file.hpp>

#include <bit>

#include <asm/ioctls.h>
#include <base/format.hpp>
#include <fs/pipes/pipes.hpp>
#include <linux/capability.h>
#include <linux/magic.h>
#include <memory/interfaces/context.hpp>
#include <params/pipes.hpp>
#include <ports/pipes.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

class PipeFile final : public File {
public:
    PipeFile(Pipe& pipe, Inode& inode, std::uint32_t flags, Pipe::Seen* seen)
        : File{flags, inode, Seek::none}, pipe_{pipe}, fifo_{seen != nullptr}, own_inode_{seen != nullptr ? nullptr : &inode} {
        const Pipe::Seen before = pipe_.open(readable(), writable());
        writers_before_ = before.writers + (writable() ? 1 : 0);
        if (seen != nullptr) {
            *seen = before;
        }
    }

    Result<std::size_t> read(Transfer& to, std::uint64_t) override { return pipe_.read(to, nonblocking()); }

    Result<std::size_t> write(Transfer& from, std::uint64_t&) override {
        const Result<std::size_t> written = pipe_.write(from, nonblocking());
        if (!written && written.error() == Errno::pipe) [[unlikely]] {
            send_sigpipe();
        }
        return written;
    }

    PollEvents poll(PollRegistrar* registrar) override { return pipe_.poll(registrar, readable(), writable(), writers_before_); }

    Result<std::int64_t> ioctl(std::uint32_t request, std::uint64_t argument) override {
        if (request != FIONREAD) {
            return Errno::notty;
        }
        TRY(vm::write(UserPtr<std::int32_t>{argument}, static_cast<std::int32_t>(pipe_.size())));
        return 0;
    }

    Result<std::int64_t> control(int command, std::uint64_t argument) override {
        switch (command) {
            case F_GETPIPE_SZ: return static_cast<std::int64_t>(pipe_.capacity());
            case F_SETPIPE_SZ: return set_capacity(argument);
            default: return Errno::inval;
        }
    }

    [[nodiscard]] std::string_view describe(std::span<char> to) override { return format_to(to, "pipe:[{}]", inode().number()); }

private:
    // fcntl(2): rounded up to a power of two of pages.
    Result<std::int64_t> set_capacity(std::uint64_t wanted) {
        if (wanted > std::uint64_t{1} << 31) {
            return Errno::inval;
        }
        const std::uint64_t capacity = std::bit_ceil(wanted < k_page_size ? k_page_size : wanted);
        const auto& who = *task::current_user().credentials.load(std::memory_order_relaxed);
        if (capacity > params::pipes::most && capacity > pipe_.capacity() && !who.has(CAP_SYS_RESOURCE)) {
            return Errno::perm;
        }
        TRY(pipe_.resize(capacity));
        return static_cast<std::int64_t>(capacity);
    }

    // As by the writer itself (Linux sends SIGPIPE with SI_USER).
    void send_sigpipe() {
        if (auto* signals = ports::pipes::signals()) {
            task::UserThread& self = task::current_user();
            const auto& who = *self.credentials.load(std::memory_order_relaxed);
            static_cast<void>(signals->send_thread(self, task::user_signal(SIGPIPE, self.process->pid, who.uid)));
        }
    }

    void dispose() override {
        pipe_.close(readable(), writable());
        if (fifo_) {
            ports::pipes::self().leave(inode());
        }
        memory::destroy(ports::pipes::heap(), this);
    }

    Pipe& pipe_;
    const bool fifo_;
    const Ref<Inode> own_inode_;
    std::uint32_t writers_before_ = 0;
};

}  // namespace

Result<Ref<File>> make_pipe_file(Pipe& pipe, Inode& inode, std::uint32_t flags, Pipe::Seen* seen) {
    return Ref<File>{Ref<PipeFile>::adopt(TRY(memory::create<PipeFile>(ports::pipes::heap(), memory::MaySleep{}, pipe, inode, flags, seen)))};
}

FileSystemStats PipeSuper::stats() {
    FileSystemStats stats;
    stats.magic = PIPEFS_MAGIC;
    return stats;
}

Attributes PipeInode::attributes() {
    const Access access = this->access();
    Attributes attributes;
    attributes.mode = access.mode;
    attributes.uid = access.uid;
    attributes.gid = access.gid;
    attributes.accessed = attributes.modified = attributes.changed = attributes.born = born_;
    return attributes;
}

Result<void> PipeInode::set_attributes(const AttributeChange& change) {
    Access access = this->access();
    if ((change.which & AttributeChange::mode_bit) != 0) {
        access.mode = S_IFIFO | (change.mode & 07777);
    }
    if ((change.which & AttributeChange::uid_bit) != 0) {
        access.uid = change.uid;
    }
    if ((change.which & AttributeChange::gid_bit) != 0) {
        access.gid = change.gid;
    }
    set_access(access);
    return {};
}

Result<Ref<File>> PipeInode::open(std::uint32_t flags) { return make_pipe_file(pipe_, *this, flags); }

void PipeInode::end() {
    pipe_.destroy();
    memory::destroy(ports::pipes::heap(), this);
}

}  // namespace phx::fs
