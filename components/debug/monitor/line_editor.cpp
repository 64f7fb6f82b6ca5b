#include "line_editor.hpp"

#include <algorithm>

namespace phx::debug {
namespace {

constexpr char control_key(char letter) {
    return static_cast<char>(letter & 0x1f);
}

constexpr char k_escape = 0x1b;
constexpr char k_delete = 0x7f;
constexpr std::string_view k_bell = "\a";
constexpr std::string_view k_erase_to_end = "\x1b[K";

void move_left(std::size_t columns, MonitorOutput& out) {
    if (columns > 0) {
        out.print("\x1b[{}D", columns);
    }
}

}  // namespace

void LineEditor::start() {
    line_.size = 0;
    cursor_ = 0;
    steps_back_ = 0;
    state_ = State::ground;
}

LineEditor::Event LineEditor::feed(char c, MonitorOutput& out) {
    if (state_ != State::ground) {
        escape(c, out);
        return Event::none;
    }
    const bool after_return = after_return_;
    after_return_ = c == '\r';
    if (c == '\r' || (c == '\n' && !after_return)) {
        out.write("\n");
        return Event::line;
    }
    if (c >= ' ' && c < k_delete) {
        insert({&c, 1}, out);
        return Event::none;
    }
    return control(c, out);
}

LineEditor::Event LineEditor::control(char c, MonitorOutput& out) {
    switch (c) {
    case k_escape:
        state_ = State::escape;
        break;
    case '\t':
        return Event::complete;
    case control_key('H'):
    case k_delete:
        erase(cursor_ - std::min<std::size_t>(cursor_, 1), cursor_, out);
        break;
    case control_key('A'):
        move_to(0, out);
        break;
    case control_key('E'):
        move_to(line_.size, out);
        break;
    case control_key('B'):
        key('D', out);
        break;
    case control_key('F'):
        key('C', out);
        break;
    case control_key('P'):
        key('A', out);
        break;
    case control_key('N'):
        key('B', out);
        break;
    case control_key('D'):
        erase(cursor_, cursor_ + 1, out);
        break;
    case control_key('U'):
        erase(0, cursor_, out);
        break;
    case control_key('K'):
        erase(cursor_, line_.size, out);
        break;
    case control_key('W'):
        erase_word(out);
        break;
    case control_key('C'):
        out.write("^C\n");
        return Event::abandoned;
    case control_key('L'):
        out.write("\x1b[H\x1b[2J");
        return Event::clear;
    default:
        break;
    }
    return Event::none;
}

// ECMA-48, 5.4: parameters, intermediates, one final byte. ESC O x is what terminals in application mode send.
void LineEditor::escape(char c, MonitorOutput& out) {
    switch (state_) {
    case State::escape:
        parameter_ = 0;
        parameter_done_ = false;
        state_ = c == '[' ? State::sequence : c == 'O' ? State::single_shift : State::ground;
        return;
    case State::single_shift:
        state_ = State::ground;
        key(c, out);
        return;
    case State::sequence:
        if (c >= '0' && c <= '9') {
            if (!parameter_done_ && parameter_ < 100) {
                parameter_ = static_cast<std::uint16_t>(parameter_ * 10 + (c - '0'));
            }
        } else if (c >= ' ' && c <= '?') {
            parameter_done_ = true;
        } else {
            state_ = State::ground;
            key(c, out);
        }
        return;
    case State::ground:
        return;
    }
}

void LineEditor::key(char final, MonitorOutput& out) {
    switch (final) {
    case 'A':
        recall(steps_back_ + 1, out);
        break;
    case 'B':
        if (steps_back_ > 0) {
            recall(steps_back_ - 1, out);
        }
        break;
    case 'C':
        move_to(std::min<std::size_t>(cursor_ + 1, line_.size), out);
        break;
    case 'D':
        move_to(cursor_ - std::min<std::size_t>(cursor_, 1), out);
        break;
    case 'H':
        move_to(0, out);
        break;
    case 'F':
        move_to(line_.size, out);
        break;
    case '~':
        if (parameter_ == 3) {
            erase(cursor_, cursor_ + 1, out);
        } else if (parameter_ == 1 || parameter_ == 7) {
            move_to(0, out);
        } else if (parameter_ == 4 || parameter_ == 8) {
            move_to(line_.size, out);
        }
        break;
    default:
        break;
    }
}

void LineEditor::insert(std::string_view text, MonitorOutput& out) {
    const std::size_t room = Line::capacity - line_.size;
    if (text.size() > room) {
        text = text.substr(0, room);
        out.write(k_bell);
    }
    const auto tail = line_.text.begin() + static_cast<std::ptrdiff_t>(cursor_);
    std::copy_backward(tail, line_.text.begin() + line_.size,
                       line_.text.begin() + line_.size + static_cast<std::ptrdiff_t>(text.size()));
    std::copy(text.begin(), text.end(), tail);
    line_.size = static_cast<std::uint8_t>(line_.size + text.size());
    out.write(text);
    cursor_ += text.size();
    if (cursor_ < line_.size) {
        show_tail(out);
    }
}

void LineEditor::redraw(MonitorOutput& out) const {
    out.write(before_cursor());
    show_tail(out);
}

// Writes what is right of the cursor and goes back.
void LineEditor::show_tail(MonitorOutput& out) const {
    out.write(line().substr(cursor_));
    move_left(line_.size - cursor_, out);
}

void LineEditor::move_to(std::size_t cursor, MonitorOutput& out) {
    if (cursor < cursor_) {
        move_left(cursor_ - cursor, out);
    } else {
        out.write(line().substr(cursor_, cursor - cursor_));
    }
    cursor_ = cursor;
}

void LineEditor::erase(std::size_t from, std::size_t to, MonitorOutput& out) {
    to = std::min<std::size_t>(to, line_.size);
    if (from >= to) {
        return;
    }
    move_to(from, out);
    std::copy(line_.text.begin() + static_cast<std::ptrdiff_t>(to), line_.text.begin() + line_.size,
              line_.text.begin() + static_cast<std::ptrdiff_t>(from));
    line_.size = static_cast<std::uint8_t>(line_.size - (to - from));
    out.write(k_erase_to_end);
    show_tail(out);
}

void LineEditor::erase_word(MonitorOutput& out) {
    std::size_t start = cursor_;
    while (start > 0 && line_.text[start - 1] == ' ') {
        --start;
    }
    while (start > 0 && line_.text[start - 1] != ' ') {
        --start;
    }
    erase(start, cursor_, out);
}

void LineEditor::recall(std::size_t steps_back, MonitorOutput& out) {
    if (steps_back > std::min(remembered_, history_.size())) {
        out.write(k_bell);
        return;
    }
    if (steps_back_ == 0) {
        draft_ = line_;
    }
    steps_back_ = steps_back;
    move_to(0, out);
    line_ = steps_back == 0 ? draft_ : history_[(remembered_ - steps_back) % history_.size()];
    cursor_ = line_.size;
    out.write(line());
    out.write(k_erase_to_end);
}

void LineEditor::remember() {
    const bool repeated = remembered_ > 0 && history_[(remembered_ - 1) % history_.size()].view() == line();
    if (line_.size > 0 && !repeated && !history_.empty()) {
        history_[remembered_++ % history_.size()] = line_;
    }
}

}  // namespace phx::debug
