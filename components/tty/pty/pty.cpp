#include <tty/pty/pty.hpp>

#include <algorithm>
#include <array>

#include <asm/ioctls.h>
#include <ports/pty.hpp>

#include <tty/pty/pseudo_terminals.hpp>

namespace phx::tty {
namespace {

constexpr std::size_t k_part = 256;

}  // namespace

// --- the slave's driver: the slave's lock is held

std::size_t Pty::send(std::span<const char> text) {
    std::size_t sent = 0;
    {
        SpinGuard guard{lock_};
        while (sent < text.size() && to_master_.push(text[sent])) {
            ++sent;
        }
        starved_ = sent < text.size();
        if (sent == 0) {
            return 0;
        }
        readers_.wake_all(guard);
    }
    source_.notify(POLLIN | POLLRDNORM);
    return sent;
}

void Pty::drop_output() {
    {
        const SpinGuard guard{lock_};
        to_master_.clear();
        starved_ = false;
    }
    tell(TIOCPKT_FLUSHWRITE);
}

void Pty::on_input_dropped() { tell(TIOCPKT_FLUSHREAD); }

void Pty::on_stopped(bool stopped) { tell(stopped ? TIOCPKT_STOP : TIOCPKT_START); }

// Bytes of eight bits, whatever is asked for (Linux drivers/tty/pty.c, pty_set_termios).
void Pty::on_termios(Termios& termios) {
    termios.c_cflag = (termios.c_cflag & ~tcflag_t{CSIZE | PARENB}) | CS8 | CREAD;
    const bool keeps = (termios.c_iflag & IXON) != 0 && termios.c_cc[VSTOP] == 'S' - '@' && termios.c_cc[VSTART] == 'Q' - '@';
    bool changed = false;
    {
        const SpinGuard guard{lock_};
        changed = keeps != keeps_flow_;
        keeps_flow_ = keeps;
    }
    if (changed) {
        tell(keeps ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP);
    }
}

// To a master in packet mode; of two that contradict each other the later one holds.
void Pty::tell(std::uint8_t status) {
    constexpr std::uint8_t flow = TIOCPKT_STOP | TIOCPKT_START;
    constexpr std::uint8_t keys = TIOCPKT_DOSTOP | TIOCPKT_NOSTOP;
    {
        SpinGuard guard{lock_};
        if (!packets_) {
            return;
        }
        for (const std::uint8_t pair : {flow, keys}) {
            if ((status & pair) != 0) {
                status_ &= static_cast<std::uint8_t>(~pair);
            }
        }
        status_ |= status;
        readers_.wake_all(guard);
    }
    source_.notify(POLLPRI | POLLIN | POLLRDNORM);
}

void Pty::on_input_room() {
    {
        SpinGuard guard{lock_};
        input_room_ = true;
        writers_.wake_all(guard);
    }
    source_.notify(POLLOUT | POLLWRNORM);
}

void Pty::on_slave_open() {
    const SpinGuard guard{lock_};
    slave_gone_ = false;
}

void Pty::on_last_close() {
    {
        SpinGuard guard{lock_};
        slave_gone_ = true;
        readers_.wake_all(guard);
    }
    source_.notify(POLLHUP | POLLIN | POLLRDNORM);
}

void Pty::on_end() { ports::pty::self().destroy(*this); }

// --- the master

Result<std::size_t> Pty::read(fs::Transfer& to, bool nonblocking) {
    std::array<char, k_part> part;
    std::size_t done = 0;
    while (to.left() != 0) {
        std::size_t size = 0;
        bool starved = false;
        {
            SpinGuard guard{lock_};
            const auto there = [this]() __attribute__((no_thread_safety_analysis)) { return !to_master_.empty() || status_ != 0 || slave_gone_; };
            if (!there()) {
                if (done != 0) {
                    return done;
                }
                if (nonblocking) {
                    return Errno::again;
                }
                if (!readers_.wait_interruptible(guard, there)) {
                    return Errno::restart_sys;
                }
            }
            if (status_ != 0 && done == 0) {
                part[0] = static_cast<char>(std::exchange(status_, std::uint8_t{0}));
                guard.unlock();
                return to.put(part.data(), 1);
            }
            if (to_master_.empty()) {
                return done != 0 ? Result<std::size_t>{done} : Errno::io;
            }
            if (packets_ && done == 0) {
                part[size++] = TIOCPKT_DATA;
            }
            while (size < std::min(part.size(), to.left()) && !to_master_.empty()) {
                part[size++] = *to_master_.pop();
            }
            starved = std::exchange(starved_, false);
        }
        if (starved) {
            slave_.on_room();
        }
        const Result<std::size_t> moved = to.put(part.data(), size);
        if (!moved) {
            return done != 0 ? Result<std::size_t>{done} : moved;
        }
        done += *moved;
    }
    return done;
}

// A slave that takes no more says so to the lock's holder; who then waits is woken by the reader that makes room.
Result<std::size_t> Pty::write(fs::Transfer& from, bool nonblocking) {
    std::array<char, k_part> part;
    std::size_t done = 0;
    while (from.left() != 0) {
        const Result<std::size_t> size = from.take(part.data(), std::min(part.size(), from.left()));
        if (!size) {
            return done != 0 ? Result<std::size_t>{done} : size;
        }
        for (std::size_t taken = 0; taken < *size;) {
            {
                const SpinGuard guard{lock_};
                input_room_ = false;
            }
            const std::size_t some = slave_.receive(std::span{part}.first(*size).subspan(taken));
            taken += some;
            done += some;
            if (taken == *size) {
                const SpinGuard guard{lock_};
                input_room_ = true;
                break;
            }
            if (nonblocking) {
                return done != 0 ? Result<std::size_t>{done} : Errno::again;
            }
            SpinGuard guard{lock_};
            if (!writers_.wait_interruptible(guard, [this]() __attribute__((no_thread_safety_analysis)) { return input_room_; })) {
                return done != 0 ? Result<std::size_t>{done} : Errno::restart_sys;
            }
        }
    }
    return done;
}

fs::PollEvents Pty::poll(fs::PollRegistrar* registrar) {
    if (registrar != nullptr) {
        registrar->watch(source_);
    }
    const SpinGuard guard{lock_};
    fs::PollEvents events = !to_master_.empty() || status_ != 0 ? POLLIN | POLLRDNORM : 0;
    events |= status_ != 0 ? POLLPRI : 0;
    events |= slave_gone_ ? POLLHUP : 0;
    events |= input_room_ ? POLLOUT | POLLWRNORM : 0;
    return events;
}

std::size_t Pty::readable() {
    const SpinGuard guard{lock_};
    return to_master_.size();
}

void Pty::set_packet_mode(bool on) {
    const SpinGuard guard{lock_};
    if (on != packets_) {
        packets_ = on;
        status_ = 0;
    }
}

bool Pty::packet_mode() {
    const SpinGuard guard{lock_};
    return packets_;
}

void Pty::drop_input() {
    {
        const SpinGuard guard{lock_};
        to_master_.clear();
        starved_ = false;
    }
    slave_.on_room();
}

}  // namespace phx::tty
