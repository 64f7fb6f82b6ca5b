// ARM PrimeCell UART PL011 (Arm DDI 0183G).
#pragma once

#include <cstdint>
#include <string_view>

#include <base/interrupt_guard.hpp>
#include <base/registers.hpp>
#include <base/result.hpp>
#include <base/ring_buffer.hpp>
#include <params/pl011.hpp>

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

    // Interrupt context.
    void on_interrupt();

    // Received characters lost since boot, because the device's queue or ours was full; an overrun of the device counts
    // once.
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

    Result<void> verify() const;
    Result<void> configure_line();

    [[clang::requires_capability(interrupts_off)]] bool put_some(TerminalText& rest);
    [[clang::requires_capability(interrupts_off)]] bool put_direct(TerminalText& rest);
    [[clang::requires_capability(interrupts_off)]] void put_queued(TerminalText& rest);
    [[clang::requires_capability(interrupts_off)]] void fill_fifo();
    [[gnu::noinline, clang::requires_capability(interrupts_off)]] void drain_fifo();
    [[gnu::noinline, clang::requires_capability(interrupts_off)]] void drain_queue();
    [[clang::requires_capability(interrupts_off)]] void receive(std::uint32_t data);
    [[gnu::noinline]] void put_polled(char c);
    [[nodiscard, gnu::noinline]] bool wait_for_room();
    char read_polled();

    const params::pl011::Instance& instance_;
    Registers io_;
    bool by_interrupt_ = false;
    bool stuck_ = false;
    std::uint32_t fifo_depth_ = 1;  // whoever ran before us may have left the FIFO off
    std::uint32_t interrupt_mask_ = 0;
    std::uint64_t overruns_ = 0;
    std::uint64_t dropped_ = 0;
    RingBuffer<char, 1024> to_send_ __attribute__((guarded_by(interrupts_off)));
    RingBuffer<char, 256> received_ __attribute__((guarded_by(interrupts_off)));
};

}  // namespace phx::console
