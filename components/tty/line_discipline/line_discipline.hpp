// N_TTY: from what is typed to what a program reads, and from what it writes to what is shown (termios(3)). A state machine without locks, time or
// devices; whoever owns one sees to those.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>

#include <asm-generic/termbits.h>
#include <base/errno.hpp>

namespace phx::tty {

using Termios = ::ktermios;

// What a terminal begins with (Linux Documentation/driver-api/tty; stty sane).
[[nodiscard]] constexpr Termios initial_termios() {
    Termios termios{};
    termios.c_iflag = ICRNL | IXON;
    termios.c_oflag = OPOST | ONLCR;
    termios.c_cflag = B38400 | CS8 | CREAD | HUPCL;
    termios.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    termios.c_cc[VINTR] = 'C' - '@';
    termios.c_cc[VQUIT] = '\\' - '@';
    termios.c_cc[VERASE] = 0x7f;
    termios.c_cc[VKILL] = 'U' - '@';
    termios.c_cc[VEOF] = 'D' - '@';
    termios.c_cc[VMIN] = 1;
    termios.c_cc[VSTART] = 'Q' - '@';
    termios.c_cc[VSTOP] = 'S' - '@';
    termios.c_cc[VSUSP] = 'Z' - '@';
    termios.c_cc[VREPRINT] = 'R' - '@';
    termios.c_cc[VDISCARD] = 'O' - '@';
    termios.c_cc[VWERASE] = 'W' - '@';
    termios.c_cc[VLNEXT] = 'V' - '@';
    termios.c_ispeed = termios.c_ospeed = 38400;
    return termios;
}

// What a key asks of the processes in the foreground: SIGINT, SIGQUIT, SIGTSTP.
enum class KeySignal : std::uint8_t { interrupt, quit, suspend };

// What the line discipline asks of its terminal.
class Effects {
public:
    // To the screen. What there is no room for is lost.
    virtual void show(std::span<const char> text) = 0;
    // What waits to be shown is dropped first if `flush`.
    virtual void signal(KeySignal signal, bool flush) = 0;
    // Output stops, or goes on (^S, ^Q).
    virtual void stop_output(bool stopped) = 0;

protected:
    ~Effects() = default;
};

class LineDiscipline {
public:
    static constexpr std::size_t k_capacity = 4096;  // N_TTY_BUF_SIZE
    static constexpr std::size_t k_most_output = 8;  // characters that one may become: a tab

    constexpr explicit LineDiscipline(const Termios& termios = initial_termios()) : termios_{termios} {}

    [[nodiscard]] const Termios& termios() const { return termios_; }
    // What has been typed stays, in its new meaning.
    void set_termios(const Termios& termios, Effects& effects);

    // Typed. How many were taken: those after it have no room until somebody reads.
    std::size_t receive(std::span<const char> typed, Effects& effects);
    // A break on the line, a character that arrived damaged: as the input modes say.
    void receive_break(Effects& effects);

    // Something can be read: a line, or in raw modes `least` characters.
    [[nodiscard]] bool readable(std::size_t least = 1) const;
    // How many characters FIONREAD counts.
    [[nodiscard]] std::size_t count() const;
    struct Read {
        std::size_t size = 0;
        bool ends = false;  // a line has ended there (or it was an end of file): a read gives no more than that
    };
    // At most one line in canonical mode; what fits of it.
    Read read(std::span<char> to);
    [[nodiscard]] bool canonical() const { return (termios_.c_lflag & ICANON) != 0; }
    // All that was typed and not read is dropped.
    void flush();

    // One character as it is shown: at most k_most_output into `to`; their number.
    std::size_t show(char c, std::span<char, k_most_output> to);
    [[nodiscard]] bool processes_output() const { return (termios_.c_oflag & OPOST) != 0; }

private:
    enum class Eraser : std::uint8_t { character, word, line };

    [[nodiscard]] bool local(tcflag_t flag) const { return (termios_.c_lflag & flag) != 0; }
    [[nodiscard]] bool input(tcflag_t flag) const { return (termios_.c_iflag & flag) != 0; }
    [[nodiscard]] bool is(unsigned char c, unsigned which) const { return termios_.c_cc[which] != 0 && termios_.c_cc[which] == c; }
    [[nodiscard]] unsigned char& at(std::size_t position) { return buffer_[position % k_capacity]; }
    [[nodiscard]] bool continues(unsigned char c) const { return input(IUTF8) && (c & 0xc0) == 0x80; }

    void receive_one(unsigned char c, Effects& effects);
    void receive_plain(unsigned char c, bool is_return, Effects& effects);
    [[nodiscard]] bool receive_control(unsigned char c, Effects& effects);
    [[nodiscard]] bool receive_editing(unsigned char c, Effects& effects);
    void end_line(unsigned char c);
    void put(unsigned char c) { at(head_++) = c; }
    void erase(Eraser what, Effects& effects);
    [[nodiscard]] bool erase_one(Eraser what, bool& seen_word, Effects& effects);
    void show_erased(unsigned char c, std::size_t size, Eraser what, Effects& effects);
    void erase_tab(Effects& effects);
    void finish_erasing(Effects& effects);
    void reprint(unsigned char c, Effects& effects);
    void interrupt(KeySignal signal, unsigned char c, Effects& effects);

    void echo(unsigned char c, Effects& effects);
    void echo_raw(unsigned char c, Effects& effects);
    void note_line_start() {
        if (line_ == head_) {
            line_column_ = column_;
        }
    }

    Termios termios_;
    // Positions count on for ever; each is an index into the buffer modulo its size. tail <= line <= head.
    std::size_t tail_ = 0;  // the next to be read
    std::size_t line_ = 0;  // behind the last complete line
    std::size_t head_ = 0;  // behind the last that was typed
    std::size_t column_ = 0;       // where the cursor is
    std::size_t line_column_ = 0;  // where it was when the line that is being typed began
    bool literal_next_ = false;    // ^V
    bool erasing_ = false;         // between \ and / of a printing terminal
    bool stopped_ = false;
    std::array<unsigned char, k_capacity> buffer_{};
    std::bitset<k_capacity> line_end_;  // a line ends with that character; with a 0, it is an end of file, which nobody reads
};

}  // namespace phx::tty
