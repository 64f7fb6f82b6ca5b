// ioctl(2) on a terminal: ioctl_tty(2).
#include <asm/ioctls.h>
#include <linux/capability.h>
#include <ports/terminal.hpp>
#include <tty/terminal/sessions.hpp>
#include <tty/terminal/tty.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::tty {
namespace {

// uapi asm-generic/termbits.h: what TCGETS and TCGETS2 speak of.
[[nodiscard]] ::termios to_termios(const Termios& from) {
    ::termios to{};
    to.c_iflag = from.c_iflag;
    to.c_oflag = from.c_oflag;
    to.c_cflag = from.c_cflag;
    to.c_lflag = from.c_lflag;
    to.c_line = from.c_line;
    std::copy(std::begin(from.c_cc), std::end(from.c_cc), std::begin(to.c_cc));
    return to;
}
void apply(const ::termios& from, Termios& to) {
    to.c_iflag = from.c_iflag;
    to.c_oflag = from.c_oflag;
    to.c_cflag = from.c_cflag;
    to.c_lflag = from.c_lflag;
    to.c_line = from.c_line;
    std::copy(std::begin(from.c_cc), std::end(from.c_cc), std::begin(to.c_cc));
}
static_assert(sizeof(::termios2) == sizeof(Termios));

// Bits per second by their code, in the order of the codes (termbits.h: B0 to B38400, then from CBAUDEX on).
constexpr std::uint32_t k_speeds[] = {0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
constexpr std::uint32_t k_fast_speeds[] = {0,       57600,   115200,  230400,  460800,  500000,  576000, 921600,
                                           1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000};

[[nodiscard]] std::uint32_t speed_of(std::uint32_t code, std::uint32_t before) {
    code &= CBAUD;
    if (code == BOTHER) {
        return before;
    }
    return (code & CBAUDEX) != 0 ? k_fast_speeds[code & 15] : k_speeds[code & 15];
}

template <class T>
Result<std::int64_t> give(std::uint64_t argument, const T& value) {
    TRY(vm::write(UserPtr<T>{argument}, value));
    return 0;
}

[[nodiscard]] bool changes_terminal(std::uint32_t request) {
    switch (request) {
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
    case TCSETS2:
    case TCSETSW2:
    case TCSETSF2:
    case TIOCSPGRP:
    case TCFLSH:
    case TCXONC:
    case TCSBRK:
    case TCSBRKP:
    case TIOCSETD:
        return true;
    default:
        return false;
    }
}

}  // namespace

Result<std::int64_t> Tty::ioctl(std::uint32_t request, std::uint64_t argument, std::uint32_t generation) {
    if (is_hung_up(generation)) {
        return request == TIOCSPGRP ? Errno::notty : Errno::io;
    }
    if (changes_terminal(request)) {
        const Result<void> allowed = check_background(Mode::change);
        if (!allowed) {
            return request == TIOCSPGRP && allowed.error() == Errno::io ? Errno::notty : allowed.error();  // Linux drivers/tty/tty_jobctrl.c, tiocspgrp
        }
    }
    return act(request, argument, generation);
}

Result<std::int64_t> Tty::ioctl_from_master(std::uint32_t request, std::uint64_t argument) {
    return act(request, argument, generation_.load(std::memory_order_relaxed));
}

Result<std::int64_t> Tty::send_from_master(int number) {
    if (number != SIGINT && number != SIGQUIT && number != SIGTSTP) {
        return Errno::inval;
    }
    send_foreground(number);
    return 0;
}

Result<std::int64_t> Tty::act(std::uint32_t request, std::uint64_t argument, std::uint32_t generation) {
    switch (request) {
    case TIOCSCTTY:
    case TIOCNOTTY:
    case TIOCGPGRP:
    case TIOCSPGRP:
    case TIOCGSID:
    case TIOCVHANGUP:
        return session_ioctl(request, argument);
    case TCGETS:
    case TCGETS2:
    case TIOCGWINSZ:
    case FIONREAD:
    case TIOCOUTQ:
    case TIOCGETD:
    case TIOCGEXCL:
    case TIOCGSOFTCAR:
        return get(request, argument);
    default:
        return set(request, argument, generation);
    }
}

Result<std::int64_t> Tty::get(std::uint32_t request, std::uint64_t argument) {
    Termios termios;
    std::size_t typed = 0;
    std::size_t waiting = 0;
    bool exclusive = false;
    {
        const SpinGuard guard{lock_};
        termios = discipline_.termios();
        typed = discipline_.count();
        waiting = output_.size();
        exclusive = exclusive_;
    }
    switch (request) {
    case TCGETS:
        return give(argument, to_termios(termios));
    case TCGETS2:
        return give(argument, termios);
    case TIOCGWINSZ:
        return give(argument, window_size());
    case FIONREAD:
        return give(argument, static_cast<std::int32_t>(typed));
    case TIOCOUTQ:
        return give(argument, static_cast<std::int32_t>(waiting));
    case TIOCGETD:
        return give(argument, std::int32_t{0});  // N_TTY
    case TIOCGEXCL:
        return give(argument, std::int32_t{exclusive});
    default:
        return give(argument, std::int32_t{(termios.c_cflag & CLOCAL) != 0});  // TIOCGSOFTCAR
    }
}

Result<std::int64_t> Tty::set(std::uint32_t request, std::uint64_t argument, std::uint32_t generation) {
    switch (request) {
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
    case TCSETS2:
    case TCSETSW2:
    case TCSETSF2:
        TRY(set_termios(request, argument, generation));
        return 0;
    case TIOCSWINSZ:
        set_window_size(TRY(vm::read(UserPtr<const WindowSize>{argument})));
        return 0;
    case TCSBRK:   // a break only with argument 0, which no driver here sends
    case TCSBRKP:
        TRY(wait_until_sent(generation));
        return 0;
    case TCXONC:
        TRY(flow(argument));
        return 0;
    case TCFLSH:
        TRY(flush(argument));
        return 0;
    case TIOCEXCL:
    case TIOCNXCL: {
        const SpinGuard guard{lock_};
        exclusive_ = request == TIOCEXCL;
        return 0;
    }
    case TIOCSETD:
        return TRY(vm::read(UserPtr<const std::int32_t>{argument})) == 0 ? Result<std::int64_t>{0} : Errno::inval;
    case TIOCSTI: {
        if (!Sessions::is_controlling(*this) && !task::current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_ADMIN)) {
            return Errno::perm;
        }
        const char c = TRY(vm::read(UserPtr<const char>{argument}));
        receive({&c, 1});
        return 0;
    }
    default:
        return Errno::notty;
    }
}

Result<void> Tty::set_termios(std::uint32_t request, std::uint64_t argument, std::uint32_t generation) {
    Termios wanted;
    if (request == TCSETS2 || request == TCSETSW2 || request == TCSETSF2) {
        wanted = TRY(vm::read(UserPtr<const Termios>{argument}));
    } else {
        const auto given = TRY(vm::read(UserPtr<const ::termios>{argument}));
        const SpinGuard guard{lock_};
        wanted = discipline_.termios();
        apply(given, wanted);
    }
    if (request != TCSETS && request != TCSETS2) {
        TRY(wait_until_sent(generation));
    }
    {
        SpinGuard guard{lock_};
        wanted.c_ospeed = speed_of(wanted.c_cflag, wanted.c_ospeed);
        wanted.c_ispeed = (wanted.c_cflag >> IBSHIFT & CBAUD) == 0 ? wanted.c_ospeed : speed_of(wanted.c_cflag >> IBSHIFT, wanted.c_ispeed);
        wanted.c_line = 0;
        if (request == TCSETSF || request == TCSETSF2) {
            discipline_.flush();
            driver_.on_input_dropped();
        }
        driver_.on_termios(wanted);
        discipline_.set_termios(wanted, *this);
        drain();
        readers_.wake_all(guard);
    }
    return {};
}

Result<void> Tty::wait_until_sent(std::uint32_t generation) {
    SpinGuard guard{lock_};
    const auto sent = [&]() __attribute__((no_thread_safety_analysis)) { return output_.size() == 0 || is_hung_up(generation); };
    if (!writers_.wait_interruptible(guard, sent)) {
        return Errno::restart_sys;
    }
    return {};
}

Result<void> Tty::flow(std::uint64_t action) {
    if (action > TCION) {
        return Errno::inval;
    }
    bool typed_stop = action == TCIOFF;
    {
        SpinGuard guard{lock_};
        if (action == TCOOFF || action == TCOON) {
            stopped_by_call_ = action == TCOOFF;
            driver_.on_stopped(stopped_by_call_);
            drain();
            writers_.wake_all(guard);
            return {};
        }
        const unsigned char c = discipline_.termios().c_cc[typed_stop ? VSTOP : VSTART];
        if (c != 0) {
            const char shown = static_cast<char>(c);
            queue({&shown, 1});
            drain();
        }
    }
    return {};
}

Result<void> Tty::flush(std::uint64_t queue) {
    if (queue > TCIOFLUSH) {
        return Errno::inval;
    }
    {
        SpinGuard guard{lock_};
        if (queue != TCOFLUSH) {
            discipline_.flush();
            driver_.on_input_dropped();
        }
        if (queue != TCIFLUSH) {
            output_.clear();
            driver_.drop_output();
        }
        writers_.wake_all(guard);
    }
    driver_.on_input_room();
    source_.notify(POLLOUT | POLLWRNORM);
    return {};
}

Result<std::int64_t> Tty::session_ioctl(std::uint32_t request, std::uint64_t argument) {
    switch (request) {
    case TIOCSCTTY:
        TRY(Sessions::take(*this, argument == 1));
        return 0;
    case TIOCNOTTY:
        TRY(Sessions::let_go(*this));
        return 0;
    case TIOCGPGRP:
        return give(argument, std::int32_t{TRY(Sessions::foreground(*this))});
    case TIOCSPGRP:
        TRY(Sessions::set_foreground(*this, TRY(vm::read(UserPtr<const std::int32_t>{argument}))));
        return 0;
    case TIOCGSID:
        return give(argument, std::int32_t{TRY(Sessions::session(*this))});
    default:  // TIOCVHANGUP
        if (!task::current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_ADMIN)) {
            return Errno::perm;
        }
        hang_up();
        return 0;
    }
}

}  // namespace phx::tty
