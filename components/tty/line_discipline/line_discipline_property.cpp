// Against the line discipline of the Linux that the test runs on, through a pseudo-terminal: the same modes, the same typing, the same reading.
#include <tty/line_discipline/line_discipline.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <rapidcheck.h>

namespace phx::tty {
namespace {

class Pty {
public:
    Pty() {
        master_ = ::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
        int unlock = 0;
        unsigned number = 0;
        if (master_ < 0 || ::ioctl(master_, TIOCSPTLCK, &unlock) != 0 || ::ioctl(master_, TIOCGPTN, &number) != 0) {
            return;
        }
        char name[32];
        std::snprintf(name, sizeof name, "/dev/pts/%u", number);
        slave_ = ::open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
    }
    Pty(const Pty&) = delete;
    Pty& operator=(const Pty&) = delete;
    ~Pty() {
        ::close(slave_);
        ::close(master_);
    }
    [[nodiscard]] bool is_open() const { return slave_ >= 0; }

    void set(const Termios& termios) const {
        ::termios2 wanted{};
        wanted.c_iflag = termios.c_iflag;
        wanted.c_oflag = termios.c_oflag;
        wanted.c_cflag = termios.c_cflag;
        wanted.c_lflag = termios.c_lflag;
        std::copy(std::begin(termios.c_cc), std::end(termios.c_cc), std::begin(wanted.c_cc));
        wanted.c_ispeed = wanted.c_ospeed = 38400;
        RC_ASSERT(::ioctl(slave_, TCSETS2, &wanted) == 0);
    }
    void type(char c) const { RC_ASSERT(::write(master_, &c, 1) == 1); }
    void write(const std::string& text) const { RC_ASSERT(::write(slave_, text.data(), text.size()) == static_cast<ssize_t>(text.size())); }
    // Typing is worked on a moment later: what is expected gets its time, and a little more for what is not.
    [[nodiscard]] std::string shown(std::size_t expected) const {
        std::string text;
        for (;;) {
            pollfd ready{master_, POLLIN, 0};
            if (::poll(&ready, 1, text.size() < expected ? 1000 : 0) <= 0) {
                return text;
            }
            char part[512];
            const ssize_t size = ::read(master_, part, sizeof part);
            if (size <= 0) {
                return text;
            }
            text.append(part, static_cast<std::size_t>(size));
        }
    }
    [[nodiscard]] int count(int expected) const {
        int count = -1;
        for (int tries = 0; tries < 200; ++tries) {
            RC_ASSERT(::ioctl(slave_, FIONREAD, &count) == 0);
            if (count == expected) {
                break;
            }
            ::usleep(tries < 100 ? 20 : 2000);
        }
        return count;
    }
    // False: there is nothing to be read.
    [[nodiscard]] bool read(std::string& text, std::size_t most) const {
        text.resize(most);
        const ssize_t size = ::read(slave_, text.data(), most);
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return size >= 0;
    }

private:
    int master_ = -1;
    int slave_ = -1;
};

class Screen final : public Effects {
public:
    void show(std::span<const char> text) override { shown.append(text.data(), text.size()); }
    void signal(phx::tty::KeySignal, bool) override {}
    void stop_output(bool) override {}
    std::string shown;
};

constexpr tcflag_t k_input[] = {ISTRIP, INLCR, IGNCR, ICRNL, IUCLC, IUTF8};
constexpr tcflag_t k_output[] = {OPOST, OLCUC, ONLCR, OCRNL, ONOCR, ONLRET, XTABS};
constexpr tcflag_t k_local[] = {ISIG, ICANON, ECHO, ECHOE, ECHOK, ECHONL, NOFLSH, ECHOCTL, ECHOPRT, ECHOKE, IEXTEN};

tcflag_t some_of(std::span<const tcflag_t> flags) {
    tcflag_t all = 0;
    for (const tcflag_t flag : flags) {
        all |= *rc::gen::arbitrary<bool>() ? flag : 0;
    }
    return all;
}

Termios random_termios() {
    Termios termios = initial_termios();
    if (*rc::gen::inRange(0, 4) != 0) {
        termios.c_iflag = some_of(k_input);
        termios.c_oflag = some_of(k_output);
        termios.c_lflag = some_of(k_local) | (*rc::gen::inRange(0, 4) != 0 ? ICANON | ECHO : 0);
    } else {
        termios.c_iflag &= ~static_cast<tcflag_t>(IXON);
    }
    termios.c_cc[VEOL] = *rc::gen::element<unsigned char>(0, ';');
    termios.c_cc[VEOL2] = *rc::gen::element<unsigned char>(0, '!');
    return termios;
}

char random_key() {
    static const std::vector<char> keys{'a', 'B', '9', '_', ' ', '.', '\t', '\r', '\n', '\b', '\x7f', '\x17', '\x15', '\x16', '\x12',
                                        '\x04', '\x03', '\x01', ';', '!', '\xc3', '\xa4', '\xff', '\0', '\x80'};
    return *rc::gen::weightedOneOf<char>({{3, rc::gen::elementOf(keys)}, {1, rc::gen::arbitrary<char>()}});
}

class Comparison {
public:
    void set() {
        const Termios termios = random_termios();
        ::usleep(1000);  // what was typed without anything to see is worked on in the modes in which it was typed
        pty_.set(termios);
        ours_.set_termios(termios, screen_);
        compare("set");
    }
    void type() {
        const char key = random_key();
        if (key == 'Q' - '@' || key == 'S' - '@' || key == 'O' - '@') {
            return;
        }
        pty_.type(key);
        RC_ASSERT(ours_.receive({&key, 1}, screen_) == 1U);
        if (key == 'C' - '@' || key == 'Z' - '@' || key == '\\' - '@') {
            ::usleep(3000);  // it may drop what is written next
        }
        compare("type " + std::to_string(static_cast<unsigned char>(key)));
    }
    void write() {
        std::string text;
        for (int i = *rc::gen::inRange(1, 8); i > 0; --i) {
            text += random_key();
        }
        pty_.write(text);
        for (const char c : text) {
            std::array<char, LineDiscipline::k_most_output> shown{c};
            screen_.show(std::span{shown}.first(ours_.processes_output() ? ours_.show(c, shown) : 1));
        }
        compare("write");
    }
    void read() {
        const auto most = static_cast<std::size_t>(*rc::gen::inRange(1, 40));
        std::string theirs;
        const bool any = pty_.read(theirs, most);
        RC_ASSERT(any == ours_.readable());
        if (any) {
            std::string text(most, '\0');
            text.resize(ours_.read(text).size);
            RC_ASSERT(text == theirs);
        }
        compare("read");
    }

private:
    void compare(const std::string& step) {
        RC_LOG() << step << " -> " << rc::toString(screen_.shown) << ", " << ours_.count() << '\n';
        RC_ASSERT(pty_.count(static_cast<int>(ours_.count())) == static_cast<int>(ours_.count()));
        RC_ASSERT(pty_.shown(screen_.shown.size()) == screen_.shown);
        screen_.shown.clear();
    }

    Pty pty_;
    Screen screen_;
    LineDiscipline ours_;
};

}  // namespace
}  // namespace phx::tty

int main() {
    if (!phx::tty::Pty{}.is_open()) {
        std::puts("no pseudo-terminals here: nothing to compare with");
        return 0;
    }
    ::setenv("RC_PARAMS", "max_success=40", 0);  // each key waits for the host's kernel
    const bool same = rc::check("does what Linux does", [] {
        phx::tty::Comparison comparison;
        comparison.set();
        for (int steps = *rc::gen::inRange(1, 40); steps > 0; --steps) {
            switch (*rc::gen::weightedElement<int>({{16, 0}, {3, 1}, {3, 2}, {1, 3}})) {
            case 0:
                comparison.type();
                break;
            case 1:
                comparison.read();
                break;
            case 2:
                comparison.write();
                break;
            default:
                comparison.set();
                break;
            }
        }
    });
    return same ? 0 : 1;
}
