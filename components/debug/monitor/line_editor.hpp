// Editing of one line on a terminal that understands ECMA-48 (VT100) sequences: insertion anywhere, history, keys as in
// most shells. It knows no port: characters come in through feed(), what the terminal must show goes to a
// MonitorOutput.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <debug/interfaces/monitor_commands.hpp>

namespace phx::debug {

struct Line {
    static constexpr std::size_t capacity = 127;

    std::array<char, capacity> text{};
    std::uint8_t size = 0;

    [[nodiscard]] std::string_view view() const { return {text.data(), size}; }
};

class LineEditor {
public:
    enum class Event : std::uint8_t {
        none,
        line,       // line() is complete; the cursor is on the next row
        abandoned,  // ^C; the cursor is on the next row
        complete,   // Tab: the caller may insert()
        clear,      // ^L: the screen is empty; the caller shows prompt and redraw()
    };

    // `history` keeps the lines that were remembered, the oldest goes first; it outlives the editor.
    constexpr explicit LineEditor(std::span<Line> history) : history_{history} {}

    // Begins an empty line.
    void start();
    Event feed(char c, MonitorOutput& out);

    [[nodiscard]] std::string_view line() const { return line_.view(); }
    [[nodiscard]] std::string_view before_cursor() const { return line().substr(0, cursor_); }
    // At the cursor, as if typed; what does not fit is left out.
    void insert(std::string_view text, MonitorOutput& out);
    // Shows the line anew behind a prompt that was just printed.
    void redraw(MonitorOutput& out) const;
    // Puts the line into the history, unless it is empty or the same as the last one there.
    void remember();

private:
    enum class State : std::uint8_t { ground, escape, sequence, single_shift };

    Event control(char c, MonitorOutput& out);
    void escape(char c, MonitorOutput& out);
    void key(char final, MonitorOutput& out);
    void move_to(std::size_t cursor, MonitorOutput& out);
    void erase(std::size_t from, std::size_t to, MonitorOutput& out);
    void erase_word(MonitorOutput& out);
    void recall(std::size_t steps_back, MonitorOutput& out);
    void show_tail(MonitorOutput& out) const;

    std::span<Line> history_;
    std::size_t remembered_ = 0;  // lines ever remembered: the newest is at (remembered_ - 1) % size
    std::size_t steps_back_ = 0;  // 0: the line being typed
    Line line_;
    Line draft_;  // the line being typed, while an older one is shown
    std::size_t cursor_ = 0;
    State state_ = State::ground;
    std::uint16_t parameter_ = 0;  // first number of the escape sequence
    bool parameter_done_ = false;
    bool after_return_ = false;  // swallow the LF of CR LF
};

}  // namespace phx::debug
