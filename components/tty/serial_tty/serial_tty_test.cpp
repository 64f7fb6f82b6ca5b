// The terminal on a serial line: /dev/ttyAMA0 and /dev/console.
#include <tty/terminal/session_test.hpp>

namespace phx::tty {
namespace {

constexpr fs::Device k_line = fs::make_device(204, 64);
constexpr fs::Device k_console = fs::make_device(5, 1);

class SerialTtyTest : public SessionTest {
protected:
    void SetUp() override { wiring::port.reset(); }
    static Result<Ref<fs::File>> open(fs::Device device, std::uint32_t flags = O_RDWR | O_NONBLOCK) {
        return wiring::serial_tty.open(device, inode(), flags);
    }
    static std::size_t type(std::string_view text) { return wiring::serial_tty.receive(text); }
};

TEST_F(SerialTtyTest, NodesAreWhereLinuxHasThem) {
    const auto nodes = wiring::serial_tty.nodes();
    ASSERT_EQ(nodes.size(), 2U);
    EXPECT_EQ(nodes[0].name, "ttyAMA0");
    EXPECT_EQ(nodes[0].device, k_line);
    EXPECT_EQ(nodes[1].name, "console");
    EXPECT_EQ(nodes[1].device, k_console);
    for (const fs::DeviceNode& node : nodes) {
        EXPECT_EQ(node.mode, 0600U);
        EXPECT_TRUE(wiring::serial_tty.serves(node.device));
    }
    EXPECT_FALSE(wiring::serial_tty.serves(fs::make_device(204, 65)));
    EXPECT_FALSE(wiring::serial_tty.serves(fs::make_device(5, 0)));
}

TEST_F(SerialTtyTest, WhatIsTypedWhileNobodyHasItOpenIsLost) {
    run([] {
        EXPECT_EQ(type("early\r"), 6U) << "taken, so that the line goes on";
        EXPECT_EQ(wiring::port.take(), "") << "and not echoed";
        auto file = *open(k_line);
        EXPECT_EQ(read(*file, 10), "EAGAIN");
        EXPECT_EQ(type("now\r"), 4U);
        EXPECT_EQ(wiring::port.take(), "now\r\n");
        EXPECT_EQ(read(*file, 10), "now\n");
        file = {};
        EXPECT_EQ(type("late\r"), 5U);
        EXPECT_EQ(wiring::port.take(), "");
    });
}

TEST_F(SerialTtyTest, BothNodesAreOneTerminal) {
    run([] {
        const auto line = *open(k_line);
        const auto console = *open(k_console);
        type("one\rtwo\r");
        EXPECT_EQ(read(*console, 10), "one\n");
        EXPECT_EQ(read(*line, 10), "two\n");
        EXPECT_EQ(wiring::port.take(), "one\r\ntwo\r\n");
        change(*console, [](Termios& t) { t.c_oflag &= ~tcflag_t{OPOST}; });
        write(*line, "a\n");
        EXPECT_EQ(wiring::port.take(), "a\n");
        change(*line, [](Termios& t) { t.c_oflag |= OPOST; });
    });
}

TEST_F(SerialTtyTest, OpeningTheConsoleGivesNoControllingTerminal) {
    run([] {
        const auto console = *open(k_console);
        EXPECT_EQ(ioctl(*console, TIOCGSID, k_at), -ENOTTY);
        EXPECT_EQ(ioctl(*console, TIOCSCTTY), 0);
        EXPECT_EQ(ask<int>(*console, TIOCGSID), k_leader);
        type("\x03");
        EXPECT_EQ(signals(), "2>100");
    });
    run([] {
        const auto line = *open(k_line);
        EXPECT_EQ(ask<int>(*line, TIOCGSID), k_leader);
        EXPECT_EQ(Sessions::controlling()->device(), k_line);
    });
}

TEST_F(SerialTtyTest, OutputWaitsForTheLine) {
    run([this] {
        const auto file = *open(k_line, O_RDWR);
        wiring::port.set_room(3);
        EXPECT_EQ(write(*file, "abcdef"), 6);
        EXPECT_EQ(wiring::port.take(), "abc");
        wiring::port.set_room(2);
        wiring::serial_tty.on_room();
        EXPECT_EQ(wiring::port.take(), "de");
        // As much as a slow line takes, in its order.
        std::string text;
        for (int i = 0; i < 4000; ++i) {
            text += static_cast<char>('!' + i % 90);
        }
        std::string shown;
        later(1, [&] {
            while (shown.size() < text.size() + 1) {
                pass(1);
                wiring::port.set_room(37);
                wiring::serial_tty.on_room();
                shown += wiring::port.take();
            }
        });
        EXPECT_EQ(write(*file, text), 4000);
        EXPECT_EQ(ioctl(*file, TCSBRK, 1), 0);
        pass(5);
        EXPECT_EQ(shown, "f" + text);
    });
}

TEST_F(SerialTtyTest, WhatIsNotTakenComesAgainAfterAResume) {
    run([] {
        const auto file = *open(k_line);
        make_raw(*file);
        std::string text;
        for (int i = 0; i < 10'000; ++i) {
            text += static_cast<char>(i * 7 % 251);
        }
        std::string got;
        unsigned resumes = 0;
        for (std::size_t typed = 0; got.size() < text.size();) {
            typed += type(std::string_view{text}.substr(typed));
            EXPECT_EQ(wiring::port.resumed(), resumes);
            resumes += typed < text.size() ? 1 : 0;
            got += read(*file, 5000);
            ASSERT_EQ(wiring::port.resumed(), resumes) << got.size();
        }
        EXPECT_EQ(got, text);
        EXPECT_GE(resumes, 2U);
        change(*file, [](Termios& t) { t = initial_termios(); });
    });
}

TEST_F(SerialTtyTest, ABreakDoesWhatTheModesSay) {
    run([] {
        const auto file = *open(k_line);
        wiring::serial_tty.on_break();
        type("\r");
        EXPECT_EQ(read(*file, 10), std::string("\0\n", 2));
        change(*file, [](Termios& t) { t.c_iflag |= IGNBRK; });
        wiring::serial_tty.on_break();
        type("\r");
        EXPECT_EQ(read(*file, 10), "\n");
        change(*file, [](Termios& t) { t.c_iflag = (t.c_iflag & ~tcflag_t{IGNBRK}) | PARMRK; });
        wiring::serial_tty.on_break();
        type("\r");
        EXPECT_EQ(read(*file, 10), std::string("\xff\0\0\n", 4));
        change(*file, [](Termios& t) { t.c_iflag |= BRKINT; });
        signals();
        wiring::serial_tty.on_break();
        EXPECT_EQ(signals(), "2>100");
        EXPECT_EQ(read(*file, 10), "EAGAIN");
        change(*file, [](Termios& t) { t = initial_termios(); });
    });
}

}  // namespace
}  // namespace phx::tty
