#include <tty/pty/master_file.hpp>

#include <asm/ioctls.h>
#include <memory/interfaces/context.hpp>
#include <ports/pty.hpp>
#include <tty/pty/pseudo_terminals.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::tty {
namespace {

class MasterFile final : public fs::File {
public:
    MasterFile(Pty& pty, fs::Inode& inode, std::uint32_t flags) : File{flags, inode, Seek::none}, pty_{pty}, slave_{Ref<Tty>::adopt(&pty.slave())} {}

    Result<std::size_t> read(fs::Transfer& to, std::uint64_t) override { return pty_.read(to, nonblocking()); }
    Result<std::size_t> write(fs::Transfer& from, std::uint64_t&) override { return pty_.write(from, nonblocking()); }
    fs::PollEvents poll(fs::PollRegistrar* registrar) override { return pty_.poll(registrar); }
    Result<std::int64_t> ioctl(std::uint32_t request, std::uint64_t argument) override;

private:
    void dispose() override {
        ports::pty::self().close(pty_);
        slave_ = {};
        memory::destroy(ports::pty::heap(), this);
    }

    template <class T>
    static Result<std::int64_t> give(std::uint64_t argument, T value) {
        TRY(vm::write(UserPtr<T>{argument}, value));
        return 0;
    }

    Pty& pty_;
    Ref<Tty> slave_;
};

// ioctl_tty(2); what is not the master's own is about the slave.
Result<std::int64_t> MasterFile::ioctl(std::uint32_t request, std::uint64_t argument) {
    switch (request) {
    case TIOCGPTN:
        return give(argument, std::uint32_t{pty_.number()});
    case TIOCSPTLCK:
        pty_.set_locked(TRY(vm::read(UserPtr<const std::int32_t>{argument})) != 0);
        return 0;
    case TIOCGPTLCK:
        return give(argument, std::int32_t{pty_.locked()});
    case TIOCPKT:
        pty_.set_packet_mode(TRY(vm::read(UserPtr<const std::int32_t>{argument})) != 0);
        return 0;
    case TIOCGPKT:
        return give(argument, std::int32_t{pty_.packet_mode()});
    case TIOCSIG:
        return slave_->send_from_master(static_cast<int>(argument));
    case FIONREAD:
        return give(argument, static_cast<std::int32_t>(pty_.readable()));
    case TCFLSH:
        if (argument == TCIFLUSH || argument == TCIOFLUSH) {
            pty_.drop_input();
        }
        return 0;
    case TIOCGPGRP:
        return give(argument, std::int32_t{slave_->foreground_group()});
    case TIOCGSID: {
        const task::Pid session = slave_->session_number();
        return session != 0 ? give(argument, std::int32_t{session}) : Errno::notty;
    }
    case TIOCSCTTY:
    case TIOCNOTTY:
    case TIOCSPGRP:
    case TIOCSTI:
        return Errno::notty;
    default:
        return slave_->ioctl_from_master(request, argument);
    }
}

}  // namespace

Result<Ref<fs::File>> make_master_file(Pty& pty, fs::Inode& inode, std::uint32_t flags) {
    return Ref<fs::File>{Ref<MasterFile>::adopt(TRY(memory::create<MasterFile>(ports::pty::heap(), memory::MaySleep{}, pty, inode, flags)))};
}

}  // namespace phx::tty
