// ARM PrimeCell UART PL011 (Arm DDI 0183G).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <base/registers.hpp>
#include <base/result.hpp>
#include <base/ring_buffer.hpp>
#include <locks/pl011.hpp>
#include <params/pl011.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>

namespace phx::console {

// Provides Console. Output goes straight to the device's queue while that has room, then to a ring that its interrupt
// drains. Everything also works polled: before init, and for good where no interrupt controller is wired.
class Pl011 {
public:
    constexpr explicit Pl011(const params::pl011::Instance& instance)
        : instance_{instance}, io_{instance.registers.uart} {}

    // Boot. ENODEV: what is at the address is no PL011. ERANGE: the clock cannot give the baud rate. An error of the
    // interrupt controller is passed on; the console then stays polled.
    Result<void> init();

    void write(std::string_view text);
    void write_now(std::string_view text);
    void flush();
    // Called with interrupts masked it polls, as the handler could not run.
    Result<char> read();

    // SerialPort
    std::size_t send(std::span<const char> text);
    void resume();

    // Interrupt context.
    void on_interrupt();

    // How often since boot the device lost characters because its queue was full.
    [[nodiscard]] std::uint64_t overruns() const { return overruns_; }
    // Characters that were thrown away since the device would not take them.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    // A text as a terminal wants it: each '\n' becomes two characters, which the device's queue may part.
    class TerminalText {
    public:
        constexpr explicit TerminalText(std::string_view text) : rest_{text} {}
        [[nodiscard]] constexpr bool empty() const { return rest_.empty(); }
        constexpr char take() {
            const char c = rest_.front();
            if (c == '\n' && !returned_) {
                returned_ = true;
                return '\r';
            }
            returned_ = false;
            rest_.remove_prefix(1);
            return c;
        }

    private:
        std::string_view rest_;
        bool returned_ = false;
    };

    static constexpr std::size_t k_fifo_depth = 16;  // 32 from revision r1p5 on; 16 suits all
    static constexpr std::uint32_t k_poll_limit = 1'000'000;

    SpinLock lock_{locks::pl011::device};

    Result<void> verify() const;
    Result<void> configure_line();

    __attribute__((requires_capability(lock_))) bool put_some(TerminalText& rest);
    __attribute__((requires_capability(lock_))) bool put_direct(TerminalText& rest);
    __attribute__((requires_capability(lock_))) void put_queued(TerminalText& rest);
    __attribute__((requires_capability(lock_))) void fill_fifo();
    [[gnu::noinline]] __attribute__((requires_capability(lock_))) void drain_fifo();
    [[gnu::noinline]] __attribute__((requires_capability(lock_))) void drain_queue();
    __attribute__((requires_capability(lock_))) void receive(std::uint32_t data);
    __attribute__((requires_capability(lock_))) void listen(bool on);
    [[gnu::noinline]] void put_polled(char c);
    [[nodiscard, gnu::noinline]] bool wait_for_room();
    char read_polled();
    void deliver(SpinGuard& guard) __attribute__((requires_capability(lock_)));


    const params::pl011::Instance& instance_;
    Registers io_;
    WaitQueue readers_{"console input"};
    bool by_interrupt_ = false;
    bool stuck_ = false;
    bool listening_ = false;  // the receive interrupts are unmasked
    std::uint32_t fifo_depth_ = 1;  // whoever ran before us may have left the FIFO off
    std::uint32_t interrupt_mask_ = 0;
    std::uint64_t overruns_ = 0;
    std::uint64_t dropped_ = 0;
    RingBuffer<char, 1024> to_send_ __attribute__((guarded_by(lock_)));
    // Of the terminal, where there is one.
    bool delivering_ __attribute__((guarded_by(lock_))) = false;
    bool refused_ __attribute__((guarded_by(lock_))) = false;   // it has no room
    bool starved_ __attribute__((guarded_by(lock_))) = false;   // it could not send all
    bool has_room_ __attribute__((guarded_by(lock_))) = false;  // and can now
    bool break_ __attribute__((guarded_by(lock_))) = false;
    RingBuffer<char, 256> received_ __attribute__((guarded_by(lock_)));
};

}  // namespace phx::console
