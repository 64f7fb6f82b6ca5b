// One pseudo-terminal pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/ring_buffer.hpp>
#include <fs/interfaces/poll.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>
#include <tty/terminal/tty.hpp>

namespace phx::tty {

// Lives as long as its slave, which the master's file holds.
class Pty final : private TtyDriver {
public:
    Pty(std::uint32_t number, fs::Device device) : number_{number}, slave_{*this, device, k_modes} {}

    [[nodiscard]] std::uint32_t number() const { return number_; }
    [[nodiscard]] Tty& slave() { return slave_; }

    // --- the master's side. Thread context
    Result<std::size_t> read(fs::Transfer& to, bool nonblocking);
    Result<std::size_t> write(fs::Transfer& from, bool nonblocking);
    fs::PollEvents poll(fs::PollRegistrar* registrar);
    [[nodiscard]] std::size_t readable();
    void set_packet_mode(bool on);
    [[nodiscard]] bool packet_mode();
    void drop_input();  // what the master has not read

    void set_locked(bool locked) { locked_.store(locked, std::memory_order_relaxed); }
    [[nodiscard]] bool locked() const { return locked_.load(std::memory_order_relaxed); }
    // A slave's file is there now.
    void on_slave_open();

private:
    // TtyDriver
    std::size_t send(std::span<const char> text) override;
    void drop_output() override;
    void on_termios(Termios& termios) override;
    void on_stopped(bool stopped) override;
    void on_input_dropped() override;
    void on_input_room() override;
    void on_last_close() override;
    void on_end() override;

    void tell(std::uint8_t status);

    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("pty");
    static constexpr Termios k_modes = [] {
        Termios termios = initial_termios();
        termios.c_cflag = B38400 | CS8 | CREAD;  // no line to be hung up
        return termios;
    }();

    const std::uint32_t number_;
    std::atomic<bool> locked_{true};
    Tty slave_;
    SpinLock lock_{k_class};  // inside the slave's
    RingBuffer<char, 4096> to_master_ __attribute__((guarded_by(lock_)));
    bool slave_gone_ __attribute__((guarded_by(lock_))) = false;  // it was open, and is no more
    bool starved_ __attribute__((guarded_by(lock_))) = false;     // the slave could not send all
    bool packets_ __attribute__((guarded_by(lock_))) = false;
    std::uint8_t status_ __attribute__((guarded_by(lock_))) = 0;  // TIOCPKT_*, for the next read
    bool input_room_ __attribute__((guarded_by(lock_))) = true;   // the slave takes what is written
    bool keeps_flow_ __attribute__((guarded_by(lock_))) = true;   // ^S and ^Q are the terminal's
    WaitQueue readers_{"pty master"};
    WaitQueue writers_{"pty master"};
    fs::PollSource source_;
};

}  // namespace phx::tty
