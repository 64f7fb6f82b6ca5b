#include <tty/line_discipline/line_discipline.hpp>

#include <algorithm>

namespace phx::tty {
namespace {

[[nodiscard]] constexpr bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }
// Letters of Latin-1, as in Linux (lib/ctype.c), whatever the program's character set.
[[nodiscard]] constexpr bool is_lower(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7); }
[[nodiscard]] constexpr bool is_upper(unsigned char c) { return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7); }
[[nodiscard]] constexpr bool is_word(unsigned char c) { return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9') || c == '_'; }
[[nodiscard]] constexpr unsigned char lower(unsigned char c) { return is_upper(c) ? static_cast<unsigned char>(c + 32) : c; }
[[nodiscard]] constexpr unsigned char upper(unsigned char c) { return is_lower(c) ? static_cast<unsigned char>(c - 32) : c; }

// Takes a place in the buffer as a line's end, and is not read.
constexpr unsigned char k_end_of_file = 0;

}  // namespace

// What is in the buffer when the mode becomes canonical counts as a line.
void LineDiscipline::set_termios(const Termios& termios, Effects& effects) {
    const bool changes = ((termios.c_lflag ^ termios_.c_lflag) & (ICANON | EXTPROC)) != 0;
    const bool releases = input(IXON) && (termios.c_iflag & IXON) == 0;
    termios_ = termios;
    if (changes) {
        line_end_.reset();
        if (!canonical() || head_ == tail_) {
            line_ = tail_;
        } else {
            line_end_.set((head_ - 1) % k_capacity);
            line_ = head_;
        }
        erasing_ = false;
        literal_next_ = false;
    }
    if (releases && stopped_) {
        stopped_ = false;
        effects.stop_output(false);
    }
}

// A full buffer without a complete line takes one more at a time in the last place, or nothing would ever end that line.
std::size_t LineDiscipline::receive(std::span<const char> typed, Effects& effects) {
    std::size_t taken = 0;
    for (const char c : typed) {
        const std::size_t most = input(PARMRK) ? (k_capacity - (head_ - tail_) + 2) / 3 : k_capacity - (head_ - tail_);
        if (most <= 1) {
            if (!canonical() || line_ != tail_) {
                break;
            }
            if (most == 0) {
                --head_;
            }
        }
        receive_one(static_cast<unsigned char>(c), effects);
        ++taken;
    }
    return taken;
}

void LineDiscipline::receive_one(unsigned char c, Effects& effects) {
    if (input(ISTRIP)) {
        c &= 0x7f;
    }
    if (input(IUCLC) && local(IEXTEN)) {
        c = lower(c);
    }
    if (local(EXTPROC)) {
        put(c);
        return;
    }
    if (literal_next_) {
        literal_next_ = false;
        receive_plain(c, false, effects);
        return;
    }
    if (receive_control(c, effects)) {
        return;
    }
    if (stopped_ && input(IXON) && input(IXANY)) {
        stopped_ = false;
        effects.stop_output(false);
    }
    bool is_return = false;  // which shows as a new line where it became one
    if (c == '\r') {
        if (input(IGNCR)) {
            return;
        }
        if (input(ICRNL)) {
            c = '\n';
            is_return = true;
        }
    } else if (c == '\n' && input(INLCR)) {
        c = '\r';
    }
    if (canonical() && receive_editing(c, effects)) {
        return;
    }
    receive_plain(c, is_return, effects);
}

void LineDiscipline::receive_plain(unsigned char c, bool is_return, Effects& effects) {
    if (local(ECHO)) {
        finish_erasing(effects);
        if (is_return) {
            echo_raw('\n', effects);
        } else {
            note_line_start();
            echo(c, effects);
        }
    }
    if (input(PARMRK) && c == 0xff) {
        put(c);
    }
    put(c);
}

// What stops and starts output, and what sends signals.
bool LineDiscipline::receive_control(unsigned char c, Effects& effects) {
    if (input(IXON)) {
        if (is(c, VSTART)) {
            stopped_ = false;
            effects.stop_output(false);
            return true;
        }
        if (is(c, VSTOP)) {
            stopped_ = true;
            effects.stop_output(true);
            return true;
        }
    }
    if (local(ISIG)) {
        if (is(c, VINTR) || is(c, VQUIT) || is(c, VSUSP)) {
            interrupt(is(c, VINTR) ? KeySignal::interrupt : is(c, VQUIT) ? KeySignal::quit : KeySignal::suspend, c, effects);
            return true;
        }
    }
    return false;
}

void LineDiscipline::interrupt(KeySignal signal, unsigned char c, Effects& effects) {
    const bool flushes = !local(NOFLSH);
    if (flushes) {
        flush();
    }
    effects.signal(signal, flushes);
    if (input(IXON) && stopped_) {
        stopped_ = false;
        effects.stop_output(false);
    }
    if (local(ECHO)) {
        echo(c, effects);
    }
}

void LineDiscipline::receive_break(Effects& effects) {
    if (input(IGNBRK)) {
        return;
    }
    if (input(BRKINT)) {
        if (!local(NOFLSH)) {
            flush();
        }
        effects.signal(KeySignal::interrupt, !local(NOFLSH));
        return;
    }
    if (head_ - tail_ + 3 >= k_capacity) {
        return;
    }
    if (input(PARMRK)) {
        put(0xff);
        put(0);
    }
    put(0);
}

bool LineDiscipline::receive_editing(unsigned char c, Effects& effects) {
    const bool extended = local(IEXTEN);
    if (is(c, VERASE) || is(c, VKILL) || (extended && is(c, VWERASE))) {
        erase(is(c, VERASE) ? Eraser::character : is(c, VKILL) ? Eraser::line : Eraser::word, effects);
        return true;
    }
    if (extended && is(c, VLNEXT)) {
        literal_next_ = true;
        if (local(ECHO)) {
            finish_erasing(effects);
            if (local(ECHOCTL)) {
                echo_raw('^', effects);
                echo_raw('\b', effects);
            }
        }
        return true;
    }
    if (extended && local(ECHO) && is(c, VREPRINT)) {
        reprint(c, effects);
        return true;
    }
    if (c == '\n') {
        if (local(ECHO) || local(ECHONL)) {
            echo_raw('\n', effects);
        }
        end_line(c);
        return true;
    }
    if (is(c, VEOF)) {
        end_line(k_end_of_file);
        return true;
    }
    if (is(c, VEOL) || (extended && is(c, VEOL2))) {
        if (local(ECHO)) {
            note_line_start();
            echo(c, effects);
        }
        if (input(PARMRK) && c == 0xff) {
            put(c);
        }
        end_line(c);
        return true;
    }
    return false;
}

void LineDiscipline::end_line(unsigned char c) {
    line_end_.set(head_ % k_capacity);
    put(c);
    line_ = head_;
}

// --- erasing

void LineDiscipline::erase(Eraser what, Effects& effects) {
    if (head_ == line_) {
        return;
    }
    if (what == Eraser::line) {
        if (!local(ECHO)) {
            head_ = line_;
            return;
        }
        if (!local(ECHOK) || !local(ECHOKE) || !local(ECHOE)) {
            head_ = line_;
            finish_erasing(effects);
            echo(termios_.c_cc[VKILL], effects);
            if (local(ECHOK)) {
                echo_raw('\n', effects);
            }
            return;
        }
    }
    bool seen_word = false;
    while (head_ != line_ && erase_one(what, seen_word, effects) && what != Eraser::character) {
    }
    if (head_ == line_ && local(ECHO)) {
        finish_erasing(effects);
    }
}

// One character, which in UTF-8 may be several bytes. False: it stays.
bool LineDiscipline::erase_one(Eraser what, bool& seen_word, Effects& effects) {
    std::size_t begin = head_;
    do {
        --begin;
    } while (continues(at(begin)) && begin != line_);
    const unsigned char c = at(begin);
    if (continues(c)) {
        return false;
    }
    if (what == Eraser::word) {
        if (is_word(c)) {
            seen_word = true;
        } else if (seen_word) {
            return false;
        }
    }
    const std::size_t size = head_ - begin;
    head_ = begin;
    if (local(ECHO)) {
        show_erased(c, size, what, effects);
    }
    return true;
}

void LineDiscipline::show_erased(unsigned char c, std::size_t size, Eraser what, Effects& effects) {
    if (local(ECHOPRT)) {
        if (!erasing_) {
            echo_raw('\\', effects);
            erasing_ = true;
        }
        echo(c, effects);
        for (std::size_t i = 1; i < size; ++i) {
            echo_raw(at(head_ + i), effects);
            column_ -= column_ > 0 ? 1 : 0;
        }
        return;
    }
    if (what == Eraser::character && !local(ECHOE)) {
        echo(termios_.c_cc[VERASE], effects);
        return;
    }
    if (c == '\t') {
        erase_tab(effects);
        return;
    }
    const int columns = !is_control(c) ? 1 : local(ECHOCTL) ? 2 : 0;
    for (int i = 0; i < columns; ++i) {
        for (const unsigned char shown : {'\b', ' ', '\b'}) {
            echo_raw(shown, effects);
        }
    }
}

// Back to where the tab began: known from what stands before it, up to the tab before that or the line's start.
void LineDiscipline::erase_tab(Effects& effects) {
    std::size_t columns = 0;
    bool after_tab = false;
    for (std::size_t position = head_; position != line_ && !after_tab;) {
        const unsigned char c = at(--position);
        after_tab = c == '\t';
        if (!after_tab && is_control(c)) {
            columns += local(ECHOCTL) ? 2 : 0;
        } else if (!after_tab && !continues(c)) {
            ++columns;
        }
    }
    if (!after_tab) {
        columns += line_column_;
    }
    for (std::size_t back = 8 - columns % 8; back != 0; --back) {
        const char c = '\b';
        effects.show({&c, 1});
        column_ -= column_ > 0 ? 1 : 0;
    }
}

void LineDiscipline::finish_erasing(Effects& effects) {
    if (erasing_) {
        echo_raw('/', effects);
        erasing_ = false;
    }
}

void LineDiscipline::reprint(unsigned char c, Effects& effects) {
    finish_erasing(effects);
    echo(c, effects);
    echo_raw('\n', effects);
    for (std::size_t position = line_; position != head_; ++position) {
        echo(at(position), effects);
    }
}

// --- echo

void LineDiscipline::echo(unsigned char c, Effects& effects) {
    if (local(ECHOCTL) && is_control(c) && c != '\t') {
        const std::array<char, 2> text{'^', static_cast<char>(c ^ 0x40)};
        effects.show(text);
        column_ += 2;
        return;
    }
    echo_raw(c, effects);
}

void LineDiscipline::echo_raw(unsigned char c, Effects& effects) {
    std::array<char, k_most_output> text{static_cast<char>(c)};
    if (c == 0xff) {  // which Linux's queue of echoes keeps for itself and shows as it is
        ++column_;
        effects.show(std::span{text}.first(1));
        return;
    }
    const std::size_t size = processes_output() ? show(static_cast<char>(c), text) : 1;
    effects.show(std::span{text}.first(size));
}

// --- output

std::size_t LineDiscipline::show(char shown, std::span<char, k_most_output> to) {
    auto c = static_cast<unsigned char>(shown);
    const tcflag_t flags = termios_.c_oflag;
    switch (c) {
    case '\n':
        if ((flags & ONLRET) != 0) {
            column_ = 0;
        }
        if ((flags & ONLCR) != 0) {
            line_column_ = column_ = 0;
            to[0] = '\r';
            to[1] = '\n';
            return 2;
        }
        line_column_ = column_;
        break;
    case '\r':
        if ((flags & ONOCR) != 0 && column_ == 0) {
            return 0;
        }
        if ((flags & OCRNL) != 0) {
            c = '\n';
            if ((flags & ONLRET) != 0) {
                line_column_ = column_ = 0;
            }
            break;
        }
        line_column_ = column_ = 0;
        break;
    case '\t': {
        const std::size_t columns = 8 - column_ % 8;
        column_ += columns;
        if ((flags & TABDLY) == XTABS) {
            std::fill_n(to.begin(), columns, ' ');
            return columns;
        }
        break;
    }
    case '\b':
        column_ -= column_ > 0 ? 1 : 0;
        break;
    default:
        if (!is_control(c)) {
            if ((flags & OLCUC) != 0) {
                c = upper(c);
            }
            column_ += continues(c) ? 0 : 1;
        }
        break;
    }
    to[0] = static_cast<char>(c);
    return 1;
}

// --- reading

bool LineDiscipline::readable(std::size_t least) const { return canonical() ? line_ != tail_ : head_ - tail_ >= least; }

std::size_t LineDiscipline::count() const {
    if (!canonical()) {
        return head_ - tail_;
    }
    std::size_t count = 0;
    for (std::size_t position = tail_; position != line_; ++position) {
        const std::size_t index = position % k_capacity;
        count += line_end_.test(index) && buffer_[index] == k_end_of_file ? 0 : 1;
    }
    return count;
}

LineDiscipline::Read LineDiscipline::read(std::span<char> to) {
    Read read;
    const std::size_t end = canonical() ? line_ : head_;
    while (tail_ != end && !read.ends) {
        const std::size_t index = tail_ % k_capacity;
        const unsigned char c = buffer_[index];
        read.ends = canonical() && line_end_.test(index);
        if (!read.ends || c != k_end_of_file) {
            if (read.size == to.size()) {
                read.ends = false;
                break;
            }
            to[read.size++] = static_cast<char>(c);
        }
        if (read.ends) {
            line_end_.reset(index);
        }
        ++tail_;
    }
    return read;
}

void LineDiscipline::flush() {
    tail_ = line_ = head_;
    line_end_.reset();
    erasing_ = false;
    literal_next_ = false;
}

}  // namespace phx::tty
