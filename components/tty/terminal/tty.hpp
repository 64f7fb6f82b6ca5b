// A terminal as programs see it. What makes it one, a line or a pseudo-terminal, is its driver.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/ring_buffer.hpp>
#include <fs/interfaces/file.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>
#include <task/interfaces/process.hpp>
#include <tty/line_discipline/line_discipline.hpp>

namespace phx::tty {

class Tty;

struct WindowSize {  // uapi struct winsize
    std::uint16_t rows = 0;
    std::uint16_t columns = 0;
    std::uint16_t width = 0;  // pixels
    std::uint16_t height = 0;
};

// Any context, with the terminal's lock held: no sleeping, and no call of the terminal's.
class TtyDriver {
public:
    // As many as there is room for; `Tty::on_room` follows once there is more.
    virtual std::size_t send(std::span<const char> text) = 0;
    // What was sent and has not gone out is dropped.
    virtual void drop_output() {}
    // What the line cannot do is put right in it.
    virtual void on_termios(Termios&) {}
    virtual void on_stopped(bool /*stopped*/) {}
    virtual void on_input_dropped() {}
    // Somebody has read: more may be typed. Without the lock.
    virtual void on_input_room() {}
    // The last open file is closed; nobody holds the terminal any more. Without the lock; thread context.
    virtual void on_last_close() {}
    virtual void on_end() {}

protected:
    ~TtyDriver() = default;
};

// Held by its open files, by the session whose controlling terminal it is, and by its driver.
class Tty final : public RefCounted, private Effects {
public:
    constexpr Tty(TtyDriver& driver, fs::Device device, const Termios& termios = initial_termios())
        : driver_{driver}, device_{device}, discipline_{termios} {}
    Tty(const Tty&) = delete;
    Tty& operator=(const Tty&) = delete;

    [[nodiscard]] fs::Device device() const { return device_; }

    // --- the driver's side: any context, without the lock
    // Typed; how many were taken. After fewer, `on_input_room` says when more may come.
    std::size_t receive(std::span<const char> typed);
    [[nodiscard]] bool is_open();
    void receive_break();
    void on_room();
    // The line is gone: those who have it open read its end from now on, the session's leader gets SIGHUP. Opened again it is a new one.
    void hang_up();
    void set_window_size(const WindowSize& size);
    [[nodiscard]] WindowSize window_size();

    // --- files' side: thread context
    // Of a file that was opened before hang-ups in number `generation`.
    Result<std::size_t> read(fs::Transfer& to, bool nonblocking, std::uint32_t generation);
    Result<std::size_t> write(fs::Transfer& from, bool nonblocking, std::uint32_t generation);
    Result<std::int64_t> ioctl(std::uint32_t request, std::uint64_t argument, std::uint32_t generation);
    fs::PollEvents poll(fs::PollRegistrar* registrar, std::uint32_t generation);
    // Of a pseudo-terminal's other side, which is never hung up or in the background. EINVAL: no such signal
    Result<std::int64_t> ioctl_from_master(std::uint32_t request, std::uint64_t argument);
    Result<std::int64_t> send_from_master(int number);
    // Another file; `flags` as open(2). EBUSY: it is somebody's alone (TIOCEXCL). The number of hang-ups so far.
    Result<std::uint32_t> on_open(std::uint32_t flags, bool may_control);
    void on_close();
    [[nodiscard]] bool is_hung_up(std::uint32_t generation) const { return generation_.load(std::memory_order_relaxed) != generation; }

    // Whoever asks; 0: none.
    [[nodiscard]] task::Pid foreground_group();
    [[nodiscard]] task::Pid session_number();

    void end() { driver_.on_end(); }  // RefCounted

private:
    friend class Sessions;
    enum class Mode : std::uint8_t { read, write, change };
    // What they held of each other, to be let go of without a lock.
    struct Pair {
        Ref<task::Session> session;
        Ref<Tty> tty;
    };

    // --- Effects, with the lock held
    void show(std::span<const char> text) override;
    void signal(KeySignal signal, bool flush) override;
    void stop_output(bool stopped) override;

    __attribute__((requires_capability(lock_))) void queue(std::span<const char> text);
    __attribute__((requires_capability(lock_))) void drain();
    __attribute__((requires_capability(lock_))) void put_processed(std::span<const char> text, std::size_t& taken);
    void send_foreground(int number);
    // Under the lock of all sessions' terminals (sessions.cpp).
    void join(task::Session& session, task::Pid group);
    [[nodiscard]] Pair part();

    // What a read in raw mode waits for (termios(3), MIN and TIME).
    struct Patience {
        std::size_t least = 1;
        Nanoseconds limit;         // none: 0
        bool from_first = false;   // it begins with the first character, and again with each
    };
    // False: the end, of time or of the line.
    Result<bool> wait_for_input(bool nonblocking, std::uint32_t generation, std::size_t least, Nanoseconds limit);
    Result<std::size_t> read_line(fs::Transfer& to, bool nonblocking, std::uint32_t generation);
    Result<std::size_t> read_raw(fs::Transfer& to, bool nonblocking, std::uint32_t generation);
    Result<std::size_t> move_out(fs::Transfer& to, bool& ends);
    [[nodiscard]] Patience patience();
    // EIO, or restart_sys after a signal: the running process must not do that from the background.
    Result<void> check_background(Mode mode);

    Result<std::int64_t> act(std::uint32_t request, std::uint64_t argument, std::uint32_t generation);
    Result<std::int64_t> get(std::uint32_t request, std::uint64_t argument);
    Result<std::int64_t> set(std::uint32_t request, std::uint64_t argument, std::uint32_t generation);
    Result<void> set_termios(std::uint32_t request, std::uint64_t argument, std::uint32_t generation);
    Result<void> wait_until_sent(std::uint32_t generation);
    Result<void> flow(std::uint64_t action);
    Result<void> flush(std::uint64_t queue);
    Result<std::int64_t> session_ioctl(std::uint32_t request, std::uint64_t argument);

    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("tty");

    TtyDriver& driver_;
    const fs::Device device_;
    SpinLock lock_{k_class};
    LineDiscipline discipline_ __attribute__((guarded_by(lock_)));
    RingBuffer<char, 2048> output_ __attribute__((guarded_by(lock_)));
    bool stopped_by_key_ __attribute__((guarded_by(lock_))) = false;
    bool stopped_by_call_ __attribute__((guarded_by(lock_))) = false;  // tcflow(3)
    bool exclusive_ __attribute__((guarded_by(lock_))) = false;
    bool input_was_full_ __attribute__((guarded_by(lock_))) = false;
    WindowSize window_ __attribute__((guarded_by(lock_)));
    std::uint32_t open_files_ __attribute__((guarded_by(lock_))) = 0;
    std::atomic<std::uint32_t> generation_{0};
    WaitQueue readers_{"terminal input"};
    WaitQueue writers_{"terminal output"};
    fs::PollSource source_;

    // Under the lock of all sessions' terminals.
    task::Session* session_ = nullptr;  // held
    task::Pid foreground_ = 0;
};

}  // namespace phx::tty
