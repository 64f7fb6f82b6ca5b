// termios(3), ioctl_tty(2) and job control (credentials(7), POSIX 11.1), at a terminal whose line the test holds.
#include <tty/terminal/session_test.hpp>
#include <tty/terminal/tty_file.hpp>

namespace phx::tty {
namespace {

constexpr fs::Device k_device = fs::make_device(204, 64);

class Line final : public TtyDriver {
public:
    std::size_t send(std::span<const char> text) override {
        const std::size_t size = std::min(room, text.size());
        shown.append(text.data(), size);
        room -= size;
        return size;
    }
    void drop_output() override { ++drops; }
    void on_input_room() override { ++input_rooms; }
    void on_last_close() override { ++last_closes; }

    std::string take() { return std::exchange(shown, {}); }

    std::string shown;
    std::size_t room = ~std::size_t{0};
    unsigned drops = 0;
    unsigned input_rooms = 0;
    unsigned last_closes = 0;
    Tty tty{*this, k_device};
};

class TerminalTest : public SessionTest {
protected:
    Result<Ref<fs::File>> try_open(std::uint32_t flags, bool may_control = true) {
        return open_tty(wiring::fake_heap, line_.tty, inode(), flags, may_control);
    }
    Ref<fs::File> open(std::uint32_t flags = O_RDWR) { return *try_open(flags); }
    std::size_t type(std::string_view text) { return line_.tty.receive(text); }

    Line line_;
};

TEST_F(TerminalTest, AReadWaitsForItsLine) {
    run([this] {
        const auto file = open();
        const auto hurried = open(O_RDWR | O_NONBLOCK);
        EXPECT_EQ(read(*hurried, 10), "EAGAIN");
        const std::int64_t start = now();
        later(10, [this] { type("ab"); });
        later(20, [this] { type("c\r"); });
        EXPECT_EQ(read(*file, 10), "abc\n");
        EXPECT_EQ(now() - start, 20);
        EXPECT_EQ(line_.take(), "abc\r\n");
        type("one\rtwo\r\x04");
        EXPECT_EQ(read(*file, 2), "on");
        EXPECT_EQ(ask<int>(*file, FIONREAD), 6);
        EXPECT_EQ(read(*file, 0), "");
        EXPECT_EQ(read(*file, 10), "e\n");
        EXPECT_EQ(read(*hurried, 10), "two\n");
        EXPECT_EQ(read(*hurried, 10), "") << "the end of file";
        EXPECT_EQ(read(*hurried, 10), "EAGAIN");
        const std::string line(1000, 'x');
        type(line + "\r");
        EXPECT_EQ(read(*file, 4000), line + "\n") << "in one read, however long";
    });
}

TEST_F(TerminalTest, ASignalEndsWaits) {
    run([this] {
        const auto file = open();
        task::Thread& self = task::current();
        later(5, [&self] { sync::interrupt(self, arch::k_signal_pending); });
        EXPECT_EQ(read(*file, 10), k_interrupted);
        task::current().user_work = 0;
    });
}

// termios(3), "Canonical and noncanonical mode".
TEST_F(TerminalTest, RawReadsGoByMinAndTime) {
    run([this] {
        const auto file = open();
        const auto typed_at = [this](std::initializer_list<int> times) {
            for (const int time : times) {
                later(time, [this] { type("x"); });
            }
        };
        const auto timed = [&](std::size_t size) {
            const std::int64_t start = now();
            const std::string got = read(*file, size);
            return got + "@" + std::to_string(now() - start);
        };
        make_raw(*file, 0, 0);
        EXPECT_EQ(timed(10), "@0");
        type("ab");
        EXPECT_EQ(timed(10), "ab@0");

        make_raw(*file, 3, 0);
        typed_at({10, 20, 300});
        EXPECT_EQ(timed(10), "xxx@300");
        typed_at({10, 20, 300});
        EXPECT_EQ(timed(2), "xx@20") << "no more than was asked for";
        EXPECT_EQ(timed(1), "x@280");

        make_raw(*file, 0, 2);
        EXPECT_EQ(timed(10), "@200");
        typed_at({50});
        EXPECT_EQ(timed(10), "x@50");

        make_raw(*file, 3, 2);
        typed_at({500, 600, 750});
        EXPECT_EQ(timed(10), "xxx@750") << "the time begins anew with each";
        typed_at({500, 600});
        EXPECT_EQ(timed(10), "xx@800");
        make_raw(*file, 3, 2);
        const auto hurried = open(O_RDWR | O_NONBLOCK);
        EXPECT_EQ(read(*hurried, 10), "EAGAIN");
        type("y");
        EXPECT_EQ(read(*hurried, 10), "y");
    });
}

TEST_F(TerminalTest, PollGoesByMinWhereNoTimeIsSet) {
    run([this] {
        const auto file = open();
        constexpr fs::PollEvents out = POLLOUT | POLLWRNORM;
        constexpr fs::PollEvents in = POLLIN | POLLRDNORM;
        EXPECT_EQ(file->poll(nullptr), out);
        type("ab");
        EXPECT_EQ(file->poll(nullptr), out) << "no line yet";
        type("\r");
        EXPECT_EQ(file->poll(nullptr), in | out);
        read(*file, 10);
        make_raw(*file, 2);
        type("a");
        EXPECT_EQ(file->poll(nullptr), out);
        type("b");
        EXPECT_EQ(file->poll(nullptr), in | out);
        read(*file, 10);
        make_raw(*file, 2, 1);
        type("a");
        EXPECT_EQ(file->poll(nullptr), in | out);
        read(*file, 10);
        line_.room = 0;
        const auto hurried = open(O_RDWR | O_NONBLOCK);
        while (write(*hurried, std::string(100, 'x')) > 0) {
        }
        EXPECT_EQ(file->poll(nullptr), 0U);
    });
}

TEST_F(TerminalTest, AWriteWaitsForRoom) {
    run([this] {
        const auto file = open();
        EXPECT_EQ(write(*file, "a\nb"), 3);
        EXPECT_EQ(line_.take(), "a\r\nb");
        line_.room = 10;
        const std::string text(5000, 'x');
        later(10, [this] {
            line_.room = 3000;
            line_.tty.on_room();
        });
        later(30, [this] {
            line_.room = 3000;
            line_.tty.on_room();
        });
        const std::int64_t start = now();
        EXPECT_EQ(write(*file, text), 5000);
        EXPECT_GE(now() - start, 10);
        pass(50);
        EXPECT_EQ(line_.take(), text);
        const auto hurried = open(O_RDWR | O_NONBLOCK);
        line_.room = 0;
        const std::int64_t some = write(*hurried, text);
        EXPECT_GT(some, 0);
        EXPECT_LT(some, 5000);
        EXPECT_EQ(write(*hurried, "x"), -EAGAIN);
        EXPECT_EQ(ask<int>(*file, TIOCOUTQ), some);
        type("k");
        EXPECT_EQ(ask<int>(*file, TIOCOUTQ), some + 1) << "room for the echo is left";
        task::Thread& self = task::current();
        later(5, [&self] { sync::interrupt(self, arch::k_signal_pending); });
        EXPECT_EQ(write(*file, "x"), -static_cast<std::int64_t>(Errno::restart_sys));
        task::current().user_work = 0;
    });
}

TEST_F(TerminalTest, WhatCannotBeCopiedIsAnError) {
    run([this] {
        const auto file = open();
        fs::Transfer from{UserAddr{k_nowhere}, 5};
        std::uint64_t offset = 0;
        EXPECT_EQ(file->write(from, offset).error(), Errno::fault);
        type("abc\r");
        fs::Transfer to{UserAddr{k_nowhere}, 5};
        EXPECT_EQ(file->read(to, 0).error(), Errno::fault);
        for (const std::uint32_t request : {TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGWINSZ, TIOCSWINSZ, FIONREAD, TIOCOUTQ, TIOCGETD, TIOCSETD, TIOCSTI}) {
            EXPECT_EQ(ioctl(*file, request, k_nowhere), -EFAULT) << std::hex << request;
        }
        for (const std::uint64_t request : {std::uint64_t{TCGETS2}, std::uint64_t{TCSETS2}, std::uint64_t{TIOCGEXCL}}) {
            EXPECT_EQ(ioctl(*file, static_cast<std::uint32_t>(request), k_nowhere), -EFAULT) << std::hex << request;
        }
        EXPECT_EQ(ioctl(*file, TIOCGSERIAL, k_at), -ENOTTY);
    });
}

TEST_F(TerminalTest, OutputStopsAndGoesOn) {
    run([this] {
        const auto file = open();
        type("\x13");
        EXPECT_EQ(write(*file, "by key"), 6);
        EXPECT_EQ(line_.take(), "");
        EXPECT_EQ(ask<int>(*file, TIOCOUTQ), 6);
        type("\x11");
        EXPECT_EQ(line_.take(), "by key");
        EXPECT_EQ(ioctl(*file, TCXONC, TCOOFF), 0);
        write(*file, "by call");
        type("\x11");
        EXPECT_EQ(line_.take(), "") << "a key does not start what a call has stopped";
        const std::int64_t start = now();
        later(10, [&] { ioctl(*file, TCXONC, TCOON); });
        EXPECT_EQ(ioctl(*file, TCSBRK, 1), 0) << "tcdrain(3)";
        EXPECT_EQ(now() - start, 10);
        EXPECT_EQ(line_.take(), "by call");
        // So do new modes, where they are to wait for that, and those that are not do not.
        ioctl(*file, TCXONC, TCOOFF);
        write(*file, "before");
        const std::int64_t set = now();
        later(10, [&] { ioctl(*file, TCXONC, TCOON); });
        change(*file, [](Termios&) {}, static_cast<std::uint32_t>(TCSETS2));
        EXPECT_EQ(now() - set, 0);
        change(*file, [](Termios&) {}, static_cast<std::uint32_t>(TCSETSW2));
        EXPECT_EQ(now() - set, 10);
        EXPECT_EQ(line_.take(), "before");
        EXPECT_EQ(ioctl(*file, TCXONC, TCIOFF), 0);
        EXPECT_EQ(ioctl(*file, TCXONC, TCION), 0);
        EXPECT_EQ(line_.take(), "\x13\x11");
        EXPECT_EQ(ioctl(*file, TCXONC, 4), -EINVAL);
    });
}

TEST_F(TerminalTest, FlushesDropWhatWaits) {
    run([this] {
        const auto file = open(O_RDWR | O_NONBLOCK);
        line_.room = 0;
        write(*file, "unsent");
        type("typed\r");
        EXPECT_EQ(ioctl(*file, TCFLSH, TCIFLUSH), 0);
        EXPECT_EQ(read(*file, 10), "EAGAIN");
        EXPECT_GT(ask<int>(*file, TIOCOUTQ), 0);
        EXPECT_EQ(line_.drops, 0U);
        EXPECT_EQ(ioctl(*file, TCFLSH, TCOFLUSH), 0);
        EXPECT_EQ(ask<int>(*file, TIOCOUTQ), 0);
        EXPECT_EQ(line_.drops, 1U);
        EXPECT_EQ(ioctl(*file, TCFLSH, 3), -EINVAL);
        type("typed\r");
        ioctl(*file, TCFLSH, TCOFLUSH);
        change(*file, [](Termios&) {}, static_cast<std::uint32_t>(TCSETSF2));
        EXPECT_EQ(read(*file, 10), "EAGAIN");
        type("kept\r");
        ioctl(*file, TCFLSH, TCOFLUSH);
        change(*file, [](Termios&) {}, static_cast<std::uint32_t>(TCSETSW2));
        EXPECT_EQ(read(*file, 10), "kept\n");
    });
}

TEST_F(TerminalTest, ModesAreKeptAsTheyWereSet) {
    run([this] {
        const auto file = open();
        auto old = ask<::termios>(*file, TCGETS);
        EXPECT_EQ(old.c_lflag, tcflag_t{ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN});
        EXPECT_EQ(old.c_cflag & CBAUD, tcflag_t{B38400});
        EXPECT_EQ(old.c_cc[VMIN], 1);
        old.c_cflag = (old.c_cflag & ~tcflag_t{CBAUD}) | B115200;
        old.c_cc[VINTR] = 'x';
        EXPECT_EQ(tell(*file, TCSETS, old), 0);
        auto now = ask<Termios>(*file, TCGETS2);
        EXPECT_EQ(now.c_ospeed, 115'200U);
        EXPECT_EQ(now.c_ispeed, 115'200U);
        EXPECT_EQ(now.c_cc[VINTR], 'x');
        now.c_cflag = (now.c_cflag & ~tcflag_t{CBAUD}) | BOTHER;
        now.c_ospeed = 12'345;
        EXPECT_EQ(tell(*file, TCSETS2, now), 0);
        EXPECT_EQ(ask<Termios>(*file, TCGETS2).c_ospeed, 12'345U);
        now.c_cflag = (now.c_cflag & ~tcflag_t{CBAUD}) | B4000000;
        EXPECT_EQ(tell(*file, TCSETS2, now), 0);
        EXPECT_EQ(ask<Termios>(*file, TCGETS2).c_ospeed, 4'000'000U);
        EXPECT_EQ(ask<int>(*file, TIOCGETD), 0);
        EXPECT_EQ(tell(*file, TIOCSETD, 0), 0);
        EXPECT_EQ(tell(*file, TIOCSETD, 5), -EINVAL);
    });
}

TEST_F(TerminalTest, KeysSignalTheForeground) {
    run([this] {
        const auto file = open(O_RDWR | O_NONBLOCK);
        EXPECT_EQ(ask<int>(*file, TIOCGPGRP), k_leader);
        type("dropped\x03");
        type("\x1c\x1a");
        EXPECT_EQ(signals(), "2>100 3>100 20>100");
        type("\r");
        EXPECT_EQ(read(*file, 100), "\n");
        change(*file, [](Termios& t) { t.c_iflag |= BRKINT; });
        background();
        EXPECT_EQ(tell(*file, TIOCSPGRP, 200), 0);
        type("\x03");
        EXPECT_EQ(signals(), "2>200");
        line_.tty.receive_break();
        EXPECT_EQ(signals(), "2>200");
    });
}

TEST_F(TerminalTest, AWindowThatChangesTellsTheForeground) {
    run([this] {
        const auto file = open();
        EXPECT_EQ(ask<WindowSize>(*file, TIOCGWINSZ).rows, 0);
        EXPECT_EQ(tell(*file, TIOCSWINSZ, WindowSize{24, 80, 1, 2}), 0);
        EXPECT_EQ(signals(), "28>100");
        EXPECT_EQ(tell(*file, TIOCSWINSZ, WindowSize{24, 80, 1, 2}), 0);
        EXPECT_EQ(signals(), "") << "it is the same";
        const auto size = ask<WindowSize>(*file, TIOCGWINSZ);
        EXPECT_EQ(size.rows, 24);
        EXPECT_EQ(size.columns, 80);
        EXPECT_EQ(size.width, 1);
        EXPECT_EQ(size.height, 2);
    });
}

TEST_F(TerminalTest, OpeningMayMakeItTheSessionsOwn) {
    run([this] {
        for (const std::uint32_t flags : {std::uint32_t{O_RDWR | O_NOCTTY}, std::uint32_t{O_WRONLY}}) {
            const auto file = open(flags);
            EXPECT_EQ(ioctl(*file, TIOCGPGRP, k_at), -ENOTTY);
            EXPECT_EQ(ioctl(*file, TIOCGSID, k_at), -ENOTTY);
            EXPECT_EQ(ioctl(*file, TIOCNOTTY), -ENOTTY);
            EXPECT_EQ(tell(*file, TIOCSPGRP, k_leader), -ENOTTY);
        }
        {
            const auto console = *try_open(O_RDWR, false);
            EXPECT_EQ(ioctl(*console, TIOCGSID, k_at), -ENOTTY);
        }
        task::Process& child = background();
        as(child, [&] {
            const auto file = open();
            EXPECT_EQ(ioctl(*file, TIOCGSID, k_at), -ENOTTY) << "it leads no session";
            EXPECT_EQ(ioctl(*file, TIOCSCTTY), -EPERM);
        });
        const auto file = open();
        EXPECT_EQ(ask<int>(*file, TIOCGSID), k_leader);
        EXPECT_EQ(ask<int>(*file, TIOCGPGRP), k_leader);
        EXPECT_EQ(ioctl(*file, TIOCSCTTY), 0) << "it has it";
        EXPECT_EQ(Sessions::controlling().get(), &line_.tty);
        as(child, [&] { EXPECT_EQ(ioctl(*file, TIOCNOTTY), 0) << "means nothing but for its leader"; });
        EXPECT_EQ(Sessions::controlling().get(), &line_.tty);
        EXPECT_EQ(signals(), "");
        EXPECT_EQ(ioctl(*file, TIOCNOTTY), 0);
        EXPECT_EQ(signals(), "1>100 18>100");
        EXPECT_FALSE(Sessions::controlling());
    });
}

TEST_F(TerminalTest, OneSessionAtATimeHasIt) {
    run([this] {
        const auto file = open();
        task::Process& other = wiring::processes.add(300);
        as(other, [&] {
            const auto theirs = open();
            EXPECT_EQ(ioctl(*theirs, TIOCGSID, k_at), -ENOTTY);
            EXPECT_EQ(ioctl(*theirs, TIOCSCTTY, 0), -EPERM);
        });
        drop_capabilities(other);
        as(other, [&] { EXPECT_EQ(ioctl(*file, TIOCSCTTY, 1), -EPERM); });
        as(other, [&] { ASSERT_TRUE(wiring::processes.become({})); });
        as(other, [&] {
            EXPECT_EQ(ioctl(*file, TIOCSCTTY, 1), 0) << "root may steal it";
            EXPECT_EQ(ask<int>(*file, TIOCGSID), 300);
        });
        EXPECT_EQ(ioctl(*file, TIOCGSID, k_at), -ENOTTY);
        as(other, [&] { ioctl(*file, TIOCNOTTY); });
    });
}

TEST_F(TerminalTest, TheForegroundIsAGroupOfTheSession) {
    run([this] {
        const auto file = open();
        background(200);
        wiring::processes.add(300);
        EXPECT_EQ(tell(*file, TIOCSPGRP, -1), -EINVAL);
        EXPECT_EQ(tell(*file, TIOCSPGRP, 999), -ESRCH);
        EXPECT_EQ(tell(*file, TIOCSPGRP, 300), -EPERM);
        EXPECT_EQ(ioctl(*file, TIOCSPGRP, k_nowhere), -EFAULT);
        EXPECT_EQ(ask<int>(*file, TIOCGPGRP), k_leader);
        EXPECT_EQ(tell(*file, TIOCSPGRP, 200), 0);
        EXPECT_EQ(ask<int>(*file, TIOCGPGRP), 200);
        signals();
        Sessions::leave(*task::current_process().session);
        EXPECT_EQ(signals(), "1>200 18>200") << "its foreground hears of the session's end";
    });
}

TEST_F(TerminalTest, TheBackgroundIsStopped) {
    run([this] {
        const auto file = open();
        task::Process& child = background();
        type("line\r");
        as(child, [&] {
            EXPECT_EQ(read(*file, 10), k_interrupted);
            EXPECT_EQ(signals(), "21>200") << "SIGTTIN";
            EXPECT_EQ(write(*file, "may be\n"), 7);
            EXPECT_EQ(signals(), "");
            const auto termios = ask<Termios>(*file, TCGETS2);
            EXPECT_EQ(tell(*file, TCSETS2, termios), -static_cast<std::int64_t>(Errno::restart_sys));
            EXPECT_EQ(signals(), "22>200") << "SIGTTOU";
            EXPECT_EQ(tell(*file, TIOCSPGRP, 200), -static_cast<std::int64_t>(Errno::restart_sys));
            EXPECT_EQ(ioctl(*file, TCFLSH, TCIFLUSH), -static_cast<std::int64_t>(Errno::restart_sys));
            signals();
        });
        change(*file, [](Termios& t) { t.c_lflag |= TOSTOP; });
        as(child, [&] {
            EXPECT_EQ(write(*file, "x"), -static_cast<std::int64_t>(Errno::restart_sys));
            EXPECT_EQ(signals(), "22>200");
            wiring::signals.ignore(task::signal_bit(SIGTTIN) | task::signal_bit(SIGTTOU));
            EXPECT_EQ(read(*file, 10), "EIO");
            EXPECT_EQ(write(*file, "x"), 1);
            EXPECT_EQ(tell(*file, TCSETS2, ask<Termios>(*file, TCGETS2)), 0);
            wiring::signals.ignore(0);
            wiring::processes.set_orphaned(true);
            EXPECT_EQ(read(*file, 10), "EIO");
            EXPECT_EQ(write(*file, "x"), -EIO);
            EXPECT_EQ(tell(*file, TCSETS2, ask<Termios>(*file, TCGETS2)), -EIO);
            EXPECT_EQ(tell(*file, TIOCSPGRP, 200), -ENOTTY) << "Linux's tiocspgrp makes that of it";
            wiring::processes.set_orphaned(false);
            EXPECT_EQ(signals(), "");
        });
        EXPECT_EQ(read(*file, 10), "line\n");
    });
}

TEST_F(TerminalTest, AfterAHangUpNothingGoes) {
    run([this] {
        const auto file = open();
        later(5, [this] { line_.tty.hang_up(); });
        EXPECT_EQ(read(*file, 10), "") << "who waited reads the end";
        EXPECT_EQ(signals(), "1>p100 18>p100 1>100");
        line_.take();
        EXPECT_EQ(read(*file, 10), "");
        EXPECT_EQ(write(*file, "x"), -EIO);
        EXPECT_EQ(write(*file, ""), -EIO);
        EXPECT_EQ(line_.take(), "");
        EXPECT_EQ(ioctl(*file, TCGETS, k_at), -EIO);
        EXPECT_EQ(tell(*file, TIOCSPGRP, 100), -ENOTTY);
        EXPECT_EQ(file->poll(nullptr), fs::PollEvents{POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLHUP | POLLERR});
        const auto again = open();
        EXPECT_EQ(ask<int>(*again, TIOCGSID), k_leader) << "it is a new one";
        type("new\r");
        EXPECT_EQ(read(*file, 10), "");
        EXPECT_EQ(read(*again, 10), "new\n");
        line_.room = 0;
        later(5, [this] { line_.tty.hang_up(); });
        const std::int64_t some = write(*again, std::string(5000, 'x'));
        EXPECT_GT(some, 1000) << "a writer that waited is told what went";
        EXPECT_LT(some, 2048);
        EXPECT_EQ(write(*again, "x"), -EIO);
    });
}

TEST_F(TerminalTest, ACallMayHangItUp) {
    run([this] {
        const auto file = open();
        task::Process& child = background();
        drop_capabilities(child);
        as(child, [&] { EXPECT_EQ(ioctl(*file, TIOCVHANGUP), -EPERM); });
        EXPECT_EQ(ioctl(*file, TIOCVHANGUP), 0);
        EXPECT_EQ(write(*file, "x"), -EIO);
    });
}

TEST_F(TerminalTest, MayBeSomebodysAlone) {
    run([this] {
        auto file = open();
        EXPECT_EQ(ask<int>(*file, TIOCGEXCL), 0);
        EXPECT_EQ(ioctl(*file, TIOCEXCL), 0);
        EXPECT_EQ(ask<int>(*file, TIOCGEXCL), 1);
        EXPECT_TRUE(try_open(O_RDWR)) << "root may";
        task::Process& child = background();
        drop_capabilities(child);
        as(child, [&] { EXPECT_EQ(try_open(O_RDWR).error(), Errno::busy); });
        EXPECT_EQ(ioctl(*file, TIOCNXCL), 0);
        as(child, [&] { EXPECT_TRUE(try_open(O_RDWR)); });
        ioctl(*file, TIOCEXCL);
        EXPECT_EQ(line_.last_closes, 0U);
        file = {};
        EXPECT_EQ(line_.last_closes, 1U);
        as(child, [&] { EXPECT_TRUE(try_open(O_RDWR)) << "it ends with the last file"; });
    });
}

TEST_F(TerminalTest, OnlyTheSessionOrRootMayTypeForOthers) {
    run([this] {
        const auto file = open(O_RDWR | O_NONBLOCK);
        for (const char c : {'h', 'i', '\r'}) {
            EXPECT_EQ(tell(*file, TIOCSTI, c), 0);
        }
        EXPECT_EQ(read(*file, 10), "hi\n");
        task::Process& other = wiring::processes.add(300);
        drop_capabilities(other);
        as(other, [&] { EXPECT_EQ(tell(*file, TIOCSTI, 'x'), -EPERM); });
    });
}

TEST_F(TerminalTest, TheLineHearsThatThereIsRoomAgain) {
    run([this] {
        const auto file = open();
        make_raw(*file);
        const std::string text(6000, 'x');
        const std::size_t taken = type(text);
        EXPECT_LT(taken, 6000U);
        EXPECT_GE(taken, 4095U);
        EXPECT_EQ(type("x"), 0U);
        EXPECT_EQ(line_.input_rooms, 0U);
        EXPECT_EQ(read(*file, 5000).size(), taken);
        EXPECT_EQ(line_.input_rooms, 1U);
        read(*open(O_RDWR | O_NONBLOCK), 10);
        EXPECT_EQ(line_.input_rooms, 1U) << "once";
        EXPECT_EQ(type("more"), 4U);
    });
}

}  // namespace
}  // namespace phx::tty
